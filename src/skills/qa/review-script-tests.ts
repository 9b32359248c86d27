/** Reads the tests of one JavaScript or TypeScript file. */
import type { CallExpression, File, Node } from '@babel/types';
import { walk } from '../source/walk.ts';
import { AssertionFinder } from './assertions.ts';
import { FRAMEWORKS, isFunctionLike, readTestCall, type TestCall } from './test-calls.ts';
import type { TestFacts, TestProblem } from './test-facts.ts';

/** Titles that say that running to the end is the whole point. */
const NOT_FAILING =
  /\b(?:not|never|n't|without|no)\b.{0,40}\b(?:throw|crash|fail|error|complain|break|warn|reject|hang|leak)|\b(?:smoke|compiles?|type-?checks?|types?|renders?|loads?|imports?|mounts?|accepts?|allows?)\b/i;

/** The tests of a file, or undefined when it declares none. `isAsserting` as in {@link AssertionFinder}. */
export function reviewScriptTests(
  file: File,
  isAsserting: (specifier: string) => boolean,
): TestFacts | undefined {
  const names = importedNames(file);
  const finder = new AssertionFinder(file.program, isAsserting);
  const problems: TestProblem[] = [];
  const counts = { tests: 0, skipped: 0, focused: 0, todo: 0 };
  const skippedGroups = new Set<Node>();
  walk(file.program, (node, ancestors) => {
    if (node.type !== 'CallExpression') return;
    const call = readTestCall(node, names.rename);
    if (call === undefined) {
      const skip = contextSkip(node, ancestors, names.rename);
      if (skip !== undefined) {
        counts.skipped += 1;
        problems.push(skip);
      }
      return;
    }
    const line = node.loc?.start.line ?? 1;
    const shown = call.title === '' ? `A ${call.sort}` : `The ${call.sort} “${call.title.slice(0, 120)}”`;
    const isInSkipped = ancestors.some((one) => skippedGroups.has(one));
    if (call.sort === 'test' && !isInsideTest(ancestors, names.rename)) counts.tests += 1;
    if (call.chain.includes('todo') || isSet(call.options, 'todo')) {
      counts.todo += 1;
      return;
    }
    if (isFocused(call)) {
      counts.focused += 1;
      problems.push({ rule: 'focused-test', line, message: `${shown} keeps the others from running.` });
    }
    if (isSkipped(call)) {
      counts.skipped += 1;
      if (call.sort === 'group') skippedGroups.add(node);
      if (!isInSkipped) problems.push({ rule: 'skipped-test', line, message: `${shown} never runs.` });
      return;
    }
    if (
      isInSkipped ||
      call.sort === 'group' ||
      NOT_FAILING.test(call.title) ||
      call.chain.includes('fails') ||
      call.chain.includes('failing')
    )
      return;
    const body = call.body?.type === 'Identifier' ? finder.helper(call.body.name) : call.body;
    if (
      body === undefined ||
      finder.asserts(body, parametersAround(ancestors)) ||
      (isFunctionLike(body) && containsTest(body, names.rename))
    )
      return;
    problems.push({ rule: 'test-without-assertion', line, message: `${shown} checks nothing.` });
  });
  if (counts.tests === 0 && counts.skipped === 0 && counts.todo === 0) return undefined;
  return { framework: names.framework, ...counts, problems };
}

/** Parameters of the functions around a test: what a maker of tests was given. */
function parametersAround(ancestors: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const one of ancestors) {
    if (one.type !== 'FunctionDeclaration' && !isFunctionLike(one)) continue;
    for (const parameter of (one as { params: Node[] }).params) {
      walk(parameter, (node) => {
        if (node.type === 'Identifier') names.add(node.name);
      });
    }
  }
  return names;
}

function isFocused({ chain, root, options }: TestCall): boolean {
  return (
    chain.includes('only') || /^(?:fit|iit|ftest|fdescribe|ddescribe)$/.test(root) || isSet(options, 'only')
  );
}

function isSkipped({ chain, root, options }: TestCall): boolean {
  return chain.includes('skip') || chain.includes('fixme') || root.startsWith('x') || isSet(options, 'skip');
}

/** True for `{ skip: true }` and `{ skip: 'why' }`; a condition is another matter. */
function isSet(options: Node | undefined, name: string): boolean {
  if (options?.type !== 'ObjectExpression') return false;
  return options.properties.some((property) => {
    if (
      property.type !== 'ObjectProperty' ||
      property.key.type !== 'Identifier' ||
      property.key.name !== name
    )
      return false;
    const { value } = property;
    return (
      (value.type === 'BooleanLiteral' && value.value) ||
      (value.type === 'StringLiteral' && value.value !== '')
    );
  });
}

/** `t.skip()` and `this.skip()` that stand unconditionally in a test's body. */
function contextSkip(
  node: CallExpression,
  ancestors: readonly Node[],
  rename: (name: string) => string | undefined,
): TestProblem | undefined {
  const { callee } = node;
  if (
    callee.type !== 'MemberExpression' ||
    callee.property.type !== 'Identifier' ||
    callee.property.name !== 'skip'
  )
    return undefined;
  const isContext =
    callee.object.type === 'ThisExpression' ||
    (callee.object.type === 'Identifier' && /^(?:t|ctx|context)$/.test(callee.object.name));
  const [statement, block, body, call] = ancestors.slice(-4).reverse();
  const isDirect =
    statement?.type === 'ExpressionStatement' &&
    block?.type === 'BlockStatement' &&
    body !== undefined &&
    isFunctionLike(body);
  // `context.skip(condition, why)` depends on the condition.
  const isConditional = node.arguments[0] !== undefined && node.arguments[0].type !== 'StringLiteral';
  if (
    isConditional ||
    !isContext ||
    !isDirect ||
    call?.type !== 'CallExpression' ||
    readTestCall(call, rename)?.sort !== 'test'
  )
    return undefined;
  // After an early return the skip is a condition in other words.
  if (block.body[0] !== statement) return undefined;
  return {
    rule: 'skipped-test',
    line: node.loc?.start.line ?? 1,
    message: 'A test skips itself at once and never runs.',
  };
}

function isInsideTest(ancestors: readonly Node[], rename: (name: string) => string | undefined): boolean {
  return ancestors.some((one) => one.type === 'CallExpression' && readTestCall(one, rename)?.sort === 'test');
}

function containsTest(body: Node, rename: (name: string) => string | undefined): boolean {
  let isFound = false;
  walk(body, (node) => {
    if (
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      node.callee.property.type === 'Identifier' &&
      node.callee.property.name === 'test'
    )
      isFound = true;
    if (node.type === 'CallExpression' && readTestCall(node, rename) !== undefined) isFound = true;
    return isFound ? false : undefined;
  });
  return isFound;
}

interface Names {
  readonly framework: string;
  /** The framework's name of a local one; a name declared by the file for something else gives undefined. */
  readonly rename: (name: string) => string | undefined;
}

/** Where the file's `test`, `it` and `describe` come from. */
function importedNames(file: File): Names {
  const local = new Map<string, string>();
  const declared = new Set<string>();
  let framework = 'globals';
  for (const statement of file.program.body) {
    if (statement.type === 'FunctionDeclaration' && statement.id) declared.add(statement.id.name);
    if (statement.type === 'VariableDeclaration') {
      for (const { id, init } of statement.declarations) {
        const module =
          init?.type === 'CallExpression' &&
          init.callee.type === 'Identifier' &&
          init.callee.name === 'require' &&
          init.arguments[0]?.type === 'StringLiteral'
            ? init.arguments[0].value
            : undefined;
        framework = FRAMEWORKS.get(module ?? '') ?? framework;
        if (id.type === 'Identifier' && module !== undefined && FRAMEWORKS.has(module) && id.name !== 'mocha')
          local.set(id.name, 'test');
        if (id.type === 'Identifier' && init && isFunctionLike(init)) declared.add(id.name);
      }
    }
    if (statement.type !== 'ImportDeclaration') continue;
    const known = FRAMEWORKS.get(statement.source.value);
    framework = known ?? framework;
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportSpecifier') {
        const imported =
          specifier.imported.type === 'Identifier' ? specifier.imported.name : specifier.imported.value;
        // Fixtures hand on an extended `test` under its own name.
        if (known !== undefined || imported === specifier.local.name)
          // Playwright's way to prepare a run: `import { test as setup }`.
          local.set(
            specifier.local.name,
            known === 'playwright' && /^(?:setup|teardown)$/.test(specifier.local.name) ? '' : imported,
          );
      } else if (known !== undefined && specifier.type === 'ImportDefaultSpecifier')
        local.set(specifier.local.name, 'test');
    }
  }
  return { framework, rename: (name) => local.get(name) ?? (declared.has(name) ? undefined : name) };
}
