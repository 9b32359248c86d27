/** Proposes changes that have one right answer and change nothing that a program does. Writes none of them. */
import type { File } from '@babel/types';
import { z } from 'zod';
import type { Skill } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { unifiedDiff } from '../../shared/line-diff.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isDeclarationPath, isGenerated, isSourcePath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import { loadParser, parseSource } from '../source/parse-source.ts';
import { walk } from '../source/walk.ts';
import { continues, type TextEdit, unusedImportEdits } from './unused-imports.ts';

const MAX_FIXES = 500;
const NOTHING = 'There are no JavaScript or TypeScript modules.';
const FIXES = ['debugger-statement', 'unused-import'] as const;

const input = z.object({ fixes: z.array(z.enum(FIXES)).optional() }).loose();
/** A change of one file, to be applied only to the text it was made for. */
const safeFixSchema = z.object({
  path: z.string(),
  /** SHA-256 of the file it was made for, as `sha256:…`. */
  baseDigest: z.string(),
  changes: z.array(z.object({ fix: z.enum(FIXES), line: z.number().int(), what: z.string() })),
  /** Unified, for `git apply`. */
  diff: z.string(),
});
export type SafeFix = z.infer<typeof safeFixSchema>;
const output = z.object({
  filesRead: z.number().int(),
  fixes: z.array(safeFixSchema),
  changeCount: z.number().int(),
  /** Files whose change did not stand the check: what came out did not parse, or the same would be found again. */
  rejected: z.array(z.object({ path: z.string(), reason: z.string() })),
  /** Modules that were not looked at, because there are fixes enough already. */
  notRead: z.number().int(),
});
type Output = z.infer<typeof output>;
type FixName = (typeof FIXES)[number];

/** Fixes for what has one right answer: `debugger` statements, and imports that are certainly not used. */
export const safeFixes: Skill<z.infer<typeof input>, Output> = {
  name: 'safe-fixes',
  title: 'Safe fixes',
  description:
    'Proposes diffs that take out `debugger` statements and unused imports; checks each by parsing; writes nothing.',
  taskTypes: ['bug_fix', 'development'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.some(({ path }) => isSourcePath(path))) return { status: 'available' };
    return { status: 'not-applicable', reason: NOTHING };
  },
  async run({ fixes: wanted = FIXES }, context) {
    const model = await loadSources(context.workspace, context.signal);
    const parse = await loadParser();
    const data: Output = { filesRead: 0, fixes: [], changeCount: 0, rejected: [], notRead: 0 };
    const read: TextFile[] = [];
    for (const module of model.modules.values()) {
      context.signal.throwIfAborted();
      const { path, file } = module;
      if (module.isFixture || module.syntaxError !== undefined || isDeclarationPath(path)) continue;
      const { ast } = module;
      if (isGenerated(file.text) || ast === undefined) continue;
      if (data.fixes.length >= MAX_FIXES) {
        data.notRead += 1;
        continue;
      }
      read.push(file);
      const edits = editsOf(path, file.text, ast, wanted);
      if (edits.length > 0) {
        const made = applyEdits(file.text, edits);
        const checked = parseSource(parse, path, made);
        const again = checked.ast === undefined ? [] : editsOf(path, made, checked.ast, wanted);
        if (checked.ast === undefined || checked.syntaxError !== undefined)
          data.rejected.push({ path, reason: 'The changed file did not parse.' });
        else if (again.length > 0)
          data.rejected.push({ path, reason: 'The change left something to be done.' });
        else
          data.fixes.push({
            path,
            baseDigest: file.digest,
            changes: edits.map(({ fix, line, what }) => ({ fix, line, what })),
            diff: unifiedDiff(path, file.text, made),
          });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    data.filesRead = read.length;
    data.changeCount = data.fixes.reduce((sum, { changes }) => sum + changes.length, 0);
    if (read.length === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    const paths = new Set(data.fixes.map((one) => one.path));
    const inOrder = [...read].sort((a, b) => Number(paths.has(b.path)) - Number(paths.has(a.path)));
    return {
      summary: `${counted(data.changeCount, 'safe change')} in ${data.fixes.length} of ${counted(read.length, 'file')} ${data.changeCount === 1 ? 'is' : 'are'} proposed; none was made.${data.notRead === 0 ? '' : ` ${counted(data.notRead, 'module')} more ${data.notRead === 1 ? 'was' : 'were'} not looked at.`}`,
      data,
      evidence: readEvidence(inOrder),
    };
  },
};

interface NamedEdit extends TextEdit {
  readonly fix: FixName;
}

function editsOf(path: string, text: string, ast: File, wanted: readonly FixName[]): NamedEdit[] {
  const edits: NamedEdit[] = [];
  if (wanted.includes('debugger-statement')) edits.push(...debuggerEdits(text, ast));
  if (wanted.includes('unused-import'))
    edits.push(
      ...unusedImportEdits(path, text, ast).map((edit): NamedEdit => ({ ...edit, fix: 'unused-import' })),
    );
  return edits.sort((a, b) => a.start - b.start);
}

function debuggerEdits(text: string, ast: File): NamedEdit[] {
  const edits: NamedEdit[] = [];
  walk(ast.program, (node, ancestors) => {
    if (node.type !== 'DebuggerStatement' || node.start == null || node.end == null) return;
    const parent = ancestors.at(-1);
    // As the only body of `if` or a loop, something must stay in its place.
    const isInList =
      parent?.type === 'Program' || parent?.type === 'BlockStatement' || parent?.type === 'SwitchCase';
    const before = /(?:^|\n)([ \t]*)$/.exec(text.slice(Math.max(0, node.start - 500), node.start));
    const after = /^[ \t]*\r?\n/.exec(text.slice(node.end, node.end + 500));
    // A `;` stays where the next line would otherwise go on with the statement before.
    const left = !isInList ? '{}' : continues(text, node.end) ? ';' : '';
    const isAlone = left === '' && before !== null && after !== null;
    edits.push({
      fix: 'debugger-statement',
      start: isAlone ? node.start - (before[1] as string).length : node.start,
      end: isAlone ? node.end + after[0].length : node.end,
      text: left,
      line: node.loc?.start.line ?? 1,
      what: 'Takes out a `debugger` statement.',
    });
  });
  return edits;
}

function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let made = '';
  let at = 0;
  for (const { start, end, text: put } of edits) {
    if (start < at) continue;
    made += text.slice(at, start) + put;
    at = end;
  }
  return made + text.slice(at);
}
