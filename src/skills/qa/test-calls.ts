/** Recognises calls that declare tests and groups of tests, in the dialects of the usual frameworks. */
import type { CallExpression, Node } from '@babel/types';

export interface TestCall {
  readonly sort: 'test' | 'group';
  /** What follows the first name: `only`, `skip`, `each` … */
  readonly chain: readonly string[];
  /** The name that it starts with, as the framework knows it. */
  readonly root: string;
  readonly title: string;
  /** The body when it is written in place, or the name of a function. */
  readonly body: Node | undefined;
  readonly options: Node | undefined;
}

const TESTS = new Set(['it', 'test', 'specify', 'fit', 'iit', 'xit', 'xtest', 'xspecify', 'ftest']);
const GROUPS = new Set([
  'describe',
  'suite',
  'context',
  'fdescribe',
  'ddescribe',
  'xdescribe',
  'xcontext',
  'xsuite',
]);
/** Links of the chain that say something about the test; others are no declaration (`test.beforeEach`, `test.step`). */
const LINKS = new Set(
  'only skip todo each concurrent sequential serial fails failing skipIf runIf shuffle for describe parallel fixme extend override macro'.split(
    ' ',
  ),
);

/** Modules that tests are written with. */
export const FRAMEWORKS: ReadonlyMap<string, string> = new Map([
  ...[
    'vitest',
    'mocha',
    'ava',
    'tap',
    'tape',
    'uvu',
    'bun:test',
    'node:test',
    'jest',
    'qunit',
    'cypress',
    '@jest/globals',
    '@playwright/test',
    'test',
  ].map((name): [string, string] => [
    name,
    name === '@jest/globals' ? 'jest' : name === '@playwright/test' ? 'playwright' : name,
  ]),
]);

/** The test or group that a call declares. `rename` gives the framework's name of an imported one. */
export function readTestCall(
  node: CallExpression,
  rename: (name: string) => string | undefined,
): TestCall | undefined {
  const path = calleePath(node.callee);
  const first = path?.[0];
  if (path === undefined || first === undefined) return undefined;
  const root = rename(first) ?? '';
  const chain = path.slice(1);
  const isTest = TESTS.has(root);
  if (
    (!isTest && !GROUPS.has(root)) ||
    !chain.every((link) => LINKS.has(link)) ||
    chain.at(-1) === 'each' ||
    chain.at(-1) === 'for'
  )
    return undefined;
  if (chain.some((link) => link === 'extend' || link === 'override' || link === 'macro')) return undefined;
  const [title, ...rest] = node.arguments;
  // `test.skip(isWindows, 'why')` inside a test is Playwright's condition.
  const isText =
    title?.type === 'StringLiteral' ||
    title?.type === 'TemplateLiteral' ||
    (title?.type === 'BinaryExpression' && title.operator === '+');
  const isTitled = title !== undefined && (isText || rest.some(isFunctionLike));
  const isBare = title !== undefined && isFunctionLike(title);
  if (!isTitled && !isBare) return undefined;
  // `context` and `suite` are common words: only with a body do they declare a group.
  if (!isTest && !node.arguments.some(isFunctionLike)) return undefined;
  const functions = (isBare ? node.arguments : rest).filter(
    (one) => isFunctionLike(one) || one.type === 'Identifier',
  );
  const isPlaywrightSkip = chain.includes('skip') && rest.length === 1 && rest[0]?.type === 'StringLiteral';
  if (isPlaywrightSkip) return undefined;
  return {
    sort: isTest && !chain.includes('describe') ? 'test' : 'group',
    chain,
    root,
    title: titleOf(title),
    body: functions.findLast(isFunctionLike) ?? functions.at(-1),
    options: rest.find((one) => one.type === 'ObjectExpression'),
  };
}

/** The names of a callee: `it.only.each(table)` gives `it only each`; the last link of a called `each` is kept once. */
function calleePath(callee: Node): string[] | undefined {
  const names: string[] = [];
  let node: Node = callee;
  let isCalled = false;
  for (;;) {
    if (node.type === 'Identifier') return [node.name, ...(isCalled ? withoutTable(names) : names)];
    if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
      names.unshift(node.property.name);
      node = node.object;
    } else if (node.type === 'CallExpression' && !isCalled) {
      isCalled = true;
      node = node.callee;
    } else if (node.type === 'TaggedTemplateExpression' && !isCalled) {
      isCalled = true;
      node = node.tag;
    } else return undefined;
  }
}

/** A table that was given is no open `each` any more. */
function withoutTable(names: readonly string[]): string[] {
  return names.filter((name) => name !== 'each' && name !== 'for');
}

export function isFunctionLike(node: Node): boolean {
  return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';
}

function titleOf(node: Node | undefined): string {
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked ?? '').join('…');
  return '';
}
