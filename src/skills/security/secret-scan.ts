/** Looks for secrets in every text file. What it finds is masked before anything is kept of it. */

import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile, WorkspaceFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { findAssignments, findKeyArguments } from './secret-assignments.ts';
import { findPrivateKey, findTokens, type SecretMatch } from './secret-patterns.ts';
import { entropyOf, isWordy } from './secret-strength.ts';
import { SECURITY_RULES } from './security-rules.ts';

/** Longer lines are data or made by a program; their first characters are looked at. */
const MAX_LINE = 4000;
const MAX_FINDINGS_PER_FILE = 50;
const MAX_RELATED = 10;

const LOCK_FILE =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|go\.sum|gradle\.lockfile|packages\.lock\.json|[^/]*\.lock)$/;
const SKIPPED_LANGUAGES = new Set(['svg', 'lock', 'diff', 'csv', 'tsv']);
const TEST_PATH =
  /(?:^|\/)(?:tests?|__tests__|__mocks__|spec|specs|fixtures?|testdata|test-data|mocks?)\/|[._-](?:test|spec)\.\w+$|(?:^|\/)test_[^/]*\.py$/;

/** Pages that explain: a value shown there is a sample more often than not. Known forms of tokens are judged all the same. */
const PAGE_PATH = /\.(?:md|mdx|markdown|rst|adoc|asciidoc)$|(?:^|\/)docs?\/(?:[^/]+\/){0,20}[^/]+\.txt$/i;
const GUESSED_KINDS: ReadonlySet<string> = new Set(['high-entropy-value', 'password', 'key-in-call']);

const input = z.object({}).loose();
const output = z.object({
  filesScanned: z.number().int(),
  filesSkipped: z.number().int(),
  linesScanned: z.number().int(),
  secrets: z.number().int(),
  byKind: z.record(z.string(), z.number().int()),
});

/** Secrets written into files: known token forms, key blocks, passwords in addresses, strong literals under secret names. */
export const secretScan: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'secret-scan',
  title: 'Secret scan',
  description: 'Looks for keys, tokens and passwords written into files; shows them masked.',
  taskTypes: ['security_review', 'code_review'],
  sideEffects: 'read',
  rules: [SECURITY_RULES['hardcoded-secret']],
  input,
  output,
  async available(context) {
    const files = await scannable(context);
    if (files.length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no text file to look for secrets in.' };
  },
  async run(_input, context) {
    const listing = await context.workspace.list({ signal: context.signal });
    const found: { file: TextFile; line: number; matches: SecretMatch[] }[] = [];
    const read: TextFile[] = [];
    let linesScanned = 0;
    for (const entry of await scannable(context)) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(entry.path);
      if (file === undefined || isMinified(file)) continue;
      read.push(file);
      linesScanned += file.lines.length;
      found.push(...scanFile(file, entry.language));
    }
    if (read.length === 0) {
      const reason = 'No text file could be read, so nothing is known about secrets.';
      return {
        status: 'not-applicable',
        reason,
        summary: reason,
        data: emptyData(listing.files.length),
        evidence: [],
      };
    }
    const secrets = found.flatMap(({ matches }) => matches.map(({ secret }) => secret));
    const kinds = found.flatMap(({ matches }) => matches.map(({ kind }) => kind)).sort();
    const byKind: Record<string, number> = {};
    for (const kind of kinds) byKind[kind] = (byKind[kind] ?? 0) + 1;
    const parts = found.flatMap(({ file, line, matches }) =>
      matches.map((match) => ({ match, part: describe(file, line, match, secrets) })),
    );
    return {
      summary: `${counted(secrets.length, 'secret')} in ${counted(read.length, 'file')} (${counted(linesScanned, 'line')}).`,
      data: {
        filesScanned: read.length,
        filesSkipped: listing.files.length - read.length + listing.skippedCount,
        linesScanned,
        secrets: secrets.length,
        byKind,
      },
      findings: makeFindings(withoutRepeats(parts)),
      // Files with a finding come first: those are what a reader wants to reopen.
      evidence: readEvidence([...new Set([...found.map(({ file }) => file), ...read])], secrets),
    };
  },
};

async function scannable({ workspace, signal }: SkillContext): Promise<WorkspaceFile[]> {
  const { files } = await workspace.list({ signal });
  return files.filter(
    ({ path, language, size }) =>
      size > 0 && !LOCK_FILE.test(path) && !SKIPPED_LANGUAGES.has(language ?? '') && !path.endsWith('.map'),
  );
}

function isMinified({ path, text, lines }: TextFile): boolean {
  return (
    /[.-]min\.\w+$/.test(path) || (text.length > 20_000 && text.length / Math.max(1, lines.length) > 500)
  );
}

function scanFile(
  file: TextFile,
  language: string | undefined,
): { file: TextFile; line: number; matches: SecretMatch[] }[] {
  const found: { file: TextFile; line: number; matches: SecretMatch[] }[] = [];
  const isTest = TEST_PATH.test(file.path);
  for (const [index, whole] of file.lines.entries()) {
    if (found.length >= MAX_FINDINGS_PER_FILE) break;
    const line = whole.slice(0, MAX_LINE);
    const key = findPrivateKey(file.lines, index);
    const matches = withoutOverlap([
      ...(key === undefined ? [] : [key]),
      ...findTokens(line),
      ...findAssignments(line, language),
      ...findKeyArguments(line),
    ]).filter((match) => !isTest || !isTestDummy(match));
    if (matches.length > 0) found.push({ file, line: index + 1, matches });
  }
  return found;
}

/** Tests need values that pass the rules for passwords and tokens; only what a machine made is worth a look there. */
function isTestDummy({ kind, secret }: SecretMatch): boolean {
  if (kind === 'high-entropy-value') return isWordy(secret, 2);
  return kind === 'password' && (secret.length < 16 || entropyOf(secret) < 3.5);
}

/** One match for each place of a line; the first of the list wins, so a known form beats a mere strong literal. */
function withoutOverlap(matches: readonly SecretMatch[]): SecretMatch[] {
  const kept: SecretMatch[] = [];
  for (const match of matches) {
    const end = match.offset + match.secret.length;
    if (kept.every((other) => end <= other.offset || match.offset >= other.offset + other.secret.length))
      kept.push(match);
  }
  return kept;
}

function describe(
  file: TextFile,
  line: number,
  { kind, offset }: SecretMatch,
  secrets: readonly string[],
): FindingParts {
  const isTest = TEST_PATH.test(file.path);
  const isSample = !isTest && PAGE_PATH.test(file.path) && GUESSED_KINDS.has(kind);
  const likeness = isTest ? ', which looks like a test' : isSample ? ', which looks like documentation' : '';
  return {
    rule: SECURITY_RULES['hardcoded-secret'],
    message: `${LABELS[kind] ?? kind.replaceAll('-', ' ')} is written into the file${likeness}.`,
    location: locate(file, line, { column: offset + 1, mask: secrets }),
    suggestion: 'Revoke it, remove it from the file and read it from the environment or a secret store.',
    ...(isTest || isSample ? { severity: 'warning' } : {}),
  };
}

/** A sample that pages or tests repeat is one finding, with its other places as related ones. */
function withoutRepeats(
  all: readonly { readonly match: SecretMatch; readonly part: FindingParts }[],
): FindingParts[] {
  const groups = new Map<string, FindingParts[]>();
  for (const [index, { match, part }] of all.entries()) {
    const key = part.severity === 'warning' ? match.secret : `#${index}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()].flatMap(([first, ...more]) =>
    first === undefined
      ? []
      : [{ ...first, related: more.slice(0, MAX_RELATED).map(({ location }) => location) }],
  );
}

const LABELS: Readonly<Record<string, string>> = {
  'private-key': 'A private key',
  'aws-access-key': 'An AWS access key',
  'github-token': 'A GitHub token',
  'gitlab-token': 'A GitLab token',
  'slack-token': 'A Slack token',
  'slack-webhook': 'A Slack webhook',
  'stripe-key': 'A Stripe key',
  'npm-token': 'An npm token',
  'pypi-token': 'A PyPI token',
  'google-api-key': 'A Google API key',
  'sendgrid-key': 'A SendGrid key',
  'anthropic-key': 'An Anthropic key',
  'openai-key': 'An OpenAI key',
  'digitalocean-token': 'A DigitalOcean token',
  'huggingface-token': 'A Hugging Face token',
  'azure-storage-key': 'An Azure storage key',
  'key-in-call': 'The key of a signature or cipher',
  password: 'A password',
  'password-in-address': 'An address with its password',
  'high-entropy-value': 'A strong literal under a name for secrets',
  'json-web-token': 'A JSON web token',
};

function emptyData(filesSkipped: number): z.infer<typeof output> {
  return { filesScanned: 0, filesSkipped, linesScanned: 0, secrets: 0, byKind: {} };
}
