/** The text of a test file in which everything is left to be written: each case is announced, none pretends to pass. */
import { posix } from 'node:path';

export const SKELETON_RUNNERS = ['node', 'vitest', 'jest', 'mocha'] as const;
export type SkeletonRunner = (typeof SKELETON_RUNNERS)[number];

export interface SkeletonFunction {
  readonly name: string;
  readonly cases: readonly string[];
}

const HEADS: Readonly<Record<SkeletonRunner, string>> = {
  node: "import { describe, it } from 'node:test';\n",
  vitest: "import { describe, it } from 'vitest';\n",
  jest: "import { describe, it } from '@jest/globals';\n",
  mocha: "import { describe, it } from 'mocha';\n",
};

/** Where the tests of a module would stand: mirrored below the folder of tests, or beside the module. */
export function skeletonPath(module: string, testFolder: string | undefined): string {
  const { dir, name, ext } = posix.parse(module);
  const folder =
    testFolder === undefined ? dir : posix.join(testFolder, dir.replace(/^(?:src|lib|source)(?:\/|$)/, ''));
  return posix.join(folder, `${name}.test${ext}`);
}

/** A skeleton that the runner takes: each case is a `todo` (for mocha a test without a body, which is pending). */
export function skeletonText(
  runner: SkeletonRunner,
  module: string,
  path: string,
  functions: readonly SkeletonFunction[],
): string {
  const relative = posix.relative(posix.dirname(path), module);
  const specifier = relative.startsWith('.') ? relative : `./${relative}`;
  const called = runner === 'mocha' ? 'it' : 'it.todo';
  const groups = functions.map(
    ({ name, cases }) =>
      `\ndescribe(${quote(name)}, () => {\n${cases.map((one) => `  ${called}(${quote(one)});\n`).join('')}});\n`,
  );
  return `// Skeleton: no case is written yet. Under test: ${specifier.replaceAll(/[\r\n\u2028\u2029]/g, ' ')}\n${HEADS[runner]}${groups.join('')}`;
}

/** A literal that ends nowhere but at its end. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300)).replaceAll('\u2028', ' ').replaceAll('\u2029', ' ');
}
