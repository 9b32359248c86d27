/** Modules that a change touches while no test that reaches them changes with them. */
import { type FindingParts, locate } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { isCallableExport } from '../source/callable-export.ts';
import { isDeclarationPath, isSourcePath, isTestPath } from '../source/classify-path.ts';
import { type Parser, parseSource } from '../source/parse-source.ts';
import type { SourceModel } from '../source/source-model.ts';
import type { ChangedFile } from './changed-files.ts';
import { DIFF_RULES } from './diff-rules.ts';
import { isSameCode } from './same-code.ts';

/** Changed source modules that no changed test imports, directly or through others; none where there are no tests at all. */
export function changesWithoutTest(
  changed: readonly ChangedFile[],
  model: SourceModel,
  parse: Parser,
): ChangedFile[] {
  if (![...model.modules.values()].some(({ isTest, isFixture }) => isTest && !isFixture)) return [];
  const reached = new Set<string>();
  const queue = changed
    .filter(({ path, after }) => after !== undefined && isTestPath(path))
    .map(({ path }) => path);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const module = model.modules.get(path);
    for (const { target, isTypeOnly } of module?.imports ?? [])
      if (target !== undefined && !isTypeOnly) queue.push(target);
    queue.push(...(module?.mentions ?? []));
  }
  return changed.filter((one) => {
    const { path, after, file } = one;
    const module = model.modules.get(path);
    if (after === undefined || file === undefined || module === undefined || reached.has(path)) return false;
    if (
      !isSourcePath(path) ||
      isDeclarationPath(path) ||
      isTestPath(path) ||
      module.entryKind === 'convention'
    )
      return false;
    if (!module.exports.some(isCallableExport)) return false;
    return !isSameProgram(one, parse);
  });
}

/** True when comments and spacing alone differ. */
function isSameProgram({ path, before, after }: ChangedFile, parse: Parser): boolean {
  if (before === undefined || after === undefined) return false;
  const [old, next] = [parseSource(parse, path, before).ast, parseSource(parse, path, after).ast];
  return old !== undefined && next !== undefined && isSameCode(old.program.body, next.program.body);
}

/** One finding for each, and one for the rest of very many. */
export function untestedParts(untested: readonly ChangedFile[]): readonly FindingParts[] {
  const parts = untested.flatMap(({ file, hunks }): FindingParts[] =>
    file === undefined
      ? []
      : [
          {
            rule: DIFF_RULES.untested,
            message: 'This module changes and no test that reaches it does.',
            location: locate(file, Math.min(hunks[0]?.afterStart ?? 1, file.lines.length)),
          },
        ],
  );
  return gatherParts(parts, {
    most: 5,
    kept: 3,
    message: (others) =>
      `${others.length} more modules change without a test that reaches them, this one among them.`,
  });
}
