/** Which modules no test reaches, by the graph of imports. */
import { isCallableExport } from '../source/callable-export.ts';
import { isDeclarationPath, isGenerated } from '../source/classify-path.ts';
import type { SourceModel, SourceModule } from '../source/source-model.ts';

export interface Reach {
  /** Modules with exported functions or classes that a test should reach. */
  readonly testable: readonly SourceModule[];
  readonly untested: readonly SourceModule[];
}

/** Follows imports (also lazy ones, and paths that tests name) from the test files. */
export function untestedModules(model: SourceModel, tests: ReadonlySet<string>): Reach {
  const reached = new Set<string>();
  const queue = [...tests];
  const ownNames = new Map(
    model.packages.flatMap((one) => (one.name === undefined ? [] : [[one.name, one] as const])),
  );
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const module = model.modules.get(path);
    if (module === undefined) continue;
    for (const { target, packageName, isTypeOnly } of module.imports) {
      if (isTypeOnly) continue;
      if (target !== undefined) queue.push(target);
      // A test may use the package by its own name.
      const own = packageName === undefined ? undefined : ownNames.get(packageName);
      if (own !== undefined) queue.push(...own.entryPaths);
    }
    queue.push(...module.mentions);
    // Helpers of tests that load by a computed name may reach anything beside them: what they name is all that is known.
  }
  const testable = [...model.modules.values()].filter(isTestable);
  return { testable, untested: testable.filter(({ path }) => !reached.has(path)) };
}

function isTestable({ path, isTest, isFixture, exports, entryKind, file }: SourceModule): boolean {
  if (isTest || isFixture || isDeclarationPath(path) || entryKind === 'convention') return false;
  if (
    /(?:^|\/)(?:generated|__generated__)\/|\.(?:gen|generated|stories|bench)\./.test(path) ||
    isGenerated(file.text)
  )
    return false;
  return exports.some(isCallableExport);
}
