/** Looks for code that lets an attacker in: JavaScript and TypeScript by syntax tree, Python by tokens. */

import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile, WorkspaceFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isTestPath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import { scanPython } from './scan-python.ts';
import { scanScript } from './scan-script.ts';
import { scanSettings } from './scan-settings.ts';
import type { SecurityHit } from './script-sink.ts';
import { SECURITY_RULES } from './security-rules.ts';

const MAX_HITS_PER_FILE = 50;
/** How long one file after another may hold the event loop. */
const LONGEST_SPELL_MS = 20;
const SETTINGS = new Set(['dotenv', 'shell', 'yaml', 'json', 'dockerfile', 'ini']);

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  scripts: count,
  pythonFiles: count,
  settingsFiles: count,
  testsLeftOut: count,
  notParsed: z.array(z.string()),
  byRule: z.record(z.string(), count),
});

/** Dangerous calls whose arguments are not fixed, weak hashes and random sources for secrets, TLS checks switched off. */
export const codeScan: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'code-scan',
  title: 'Code scan',
  description:
    'Looks for injection, unsafe paths, weak hashes, guessable secrets and switched-off certificate checks.',
  taskTypes: ['security_review', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(SECURITY_RULES).filter(({ id }) => id !== 'hardcoded-secret'),
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    const { modules } = await loadSources(context.workspace, context.signal);
    if (modules.size > 0 || files.some(({ language }) => language === 'python'))
      return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no JavaScript, TypeScript or Python file.' };
  },
  async run(_input, context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    const { modules } = await loadSources(context.workspace, context.signal);
    const parts: FindingParts[] = [];
    const read: TextFile[] = [];
    const notParsed: string[] = [];
    const breathe = breather(context.signal);
    for (const { path, file, isTest, ast } of [...modules.values()].filter((module) => !module.isTest)) {
      await breathe();
      if (isTest) continue;
      if (ast === undefined) {
        notParsed.push(path);
        continue;
      }
      read.push(file);
      parts.push(...describe(file, scanScript(ast)));
    }
    const scripts = read.length;
    const python = await readAll(
      context,
      files,
      ({ path, language }) =>
        language === 'python' &&
        !isTestPath(path) &&
        !/(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/.test(path),
    );
    for (const file of python) {
      await breathe();
      parts.push(...describe(file, scanPython(file)));
    }
    const settings = await readAll(
      context,
      files,
      ({ path, language }) => SETTINGS.has(language ?? '') && !isTestPath(path) && !/lock/.test(path),
    );
    for (const file of settings) parts.push(...describe(file, scanSettings(file)));
    read.push(...python);
    if (read.length === 0) {
      const reason = 'No source file outside of tests could be read.';
      return { status: 'not-applicable', reason, summary: reason, data: emptyData(notParsed), evidence: [] };
    }
    const findings = makeFindings(parts);
    const byRule: Record<string, number> = {};
    for (const { rule } of parts) byRule[rule.id] = (byRule[rule.id] ?? 0) + 1;
    return {
      summary: `${counted(findings.length, 'finding')} in ${counted(read.length, 'source file')} (${scripts} JavaScript or TypeScript, ${python.length} Python).`,
      data: {
        scripts,
        pythonFiles: python.length,
        settingsFiles: settings.length,
        testsLeftOut: [...modules.values()].filter(({ isTest }) => isTest).length,
        notParsed,
        byRule,
      },
      findings,
      evidence: readEvidence([...new Set([...filesOf(parts, read), ...read])]),
    };
  },
};

function describe(file: TextFile, hits: readonly SecurityHit[]): FindingParts[] {
  return hits.slice(0, MAX_HITS_PER_FILE).map(({ rule, line, column, message, severity, advice }) => ({
    rule: SECURITY_RULES[rule],
    message,
    location: locate(file, line, column === undefined ? {} : { column }),
    suggestion: advice ?? SECURITY_RULES[rule].help,
    ...(severity === undefined ? {} : { severity }),
  }));
}

function filesOf(parts: readonly FindingParts[], read: readonly TextFile[]): TextFile[] {
  const paths = new Set(parts.map(({ location }) => location.path));
  return read.filter(({ path }) => paths.has(path));
}

async function readAll(
  { workspace, signal }: SkillContext,
  files: readonly WorkspaceFile[],
  isWanted: (file: WorkspaceFile) => boolean,
): Promise<TextFile[]> {
  const read: TextFile[] = [];
  for (const { path } of files.filter(isWanted)) {
    signal.throwIfAborted();
    const file = await workspace.read(path);
    if (file !== undefined) read.push(file);
  }
  return read;
}

function breather(signal: AbortSignal): () => Promise<void> {
  let breathedAt = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - breathedAt < LONGEST_SPELL_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    breathedAt = performance.now();
    signal.throwIfAborted();
  };
}

function emptyData(notParsed: string[]): z.infer<typeof output> {
  return { scripts: 0, pythonFiles: 0, settingsFiles: 0, testsLeftOut: 0, notParsed, byRule: {} };
}
