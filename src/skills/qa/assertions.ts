/** Tells whether a test's body checks anything, through helpers of its file and by the names of imported ones. */
import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression, Node } from '@babel/types';
import { walk } from '../source/walk.ts';

const ASSERTION_NAME =
  /^(?:expect|assert|should|check|verify|ensure|must|validate|waitFor|getBy|getAllBy|findBy|findAllBy|assume)(?:$|[A-Z_\d])|(?:Assert|Expect|Should)(?:$|ion|s\b)|^(?:toMatchSnapshot|cy|fc|snapshot)$/;
const ASSERTION_MODULES =
  /^(?:node:)?assert(?:\/strict)?$|^(?:chai|should|expect|power-assert|uvu\/assert|tsd|expect-type|unexpected|jest-expect|@japa\/assert|must|assertthat|tsafe)$/;
/** Methods of the object that node:test, ava, tap and tape give to a test. */
const CONTEXT_METHODS =
  /^(?:is|not|equals?|strictEquals?|deepEquals?|deepStrictEqual|same|notSame|strictSame|looseEquals?|ok|notOk|truthy|falsy|true|false|pass|fail|throws?|throwsAsync|notThrows(?:Async)?|doesNotThrow|rejects|resolves|match(?:es)?|notMatch|regex|notRegex|like|snapshot|matchSnapshot|assert|plan|error|ifError|isEqual|isNot|notEqual|notDeepEqual|notStrictEqual|type|has|hasStrict|try|equal\w*|partialDeepStrictEqual)$/;
/** Names that hardly anything but an assertion has, whatever they are called on. */
const UNMISTAKABLE =
  /^(?:equals?|notEqual|deepEqual|notDeepEqual|strictEqual|notStrictEqual|deepStrictEqual|notDeepStrictEqual|partialDeepStrictEqual|looseEqual|doesNotThrow|doesNotReject|throws|rejects|ifError|strictSame|matchSnapshot|isEqual|deepInclude)$/;
const BARE_ASSERTIONS = /^(?:is|isNot|same|ok|notOk|match|fail|pass)$/;
const MAX_DEPTH = 4;

/** Looks for assertions in the tests of one file. */
export class AssertionFinder {
  /** Functions of the file by name. */
  readonly #helpers = new Map<string, Node>();
  /** Names imported from libraries of assertions, or from modules that assert. */
  readonly #asserting = new Set<string>();

  /** `isAsserting` says of an import whether what it brings can check something: by specifier. */
  constructor(root: Node, isAsserting: (specifier: string) => boolean) {
    walk(root, (node) => {
      if (
        node.type === 'ImportDeclaration' &&
        (ASSERTION_MODULES.test(node.source.value) || isAsserting(node.source.value))
      ) {
        for (const { local } of node.specifiers) this.#asserting.add(local.name);
      } else if (node.type === 'FunctionDeclaration' && node.id) this.#helpers.set(node.id.name, node);
      else if (node.type === 'VariableDeclarator' && node.init)
        this.#variable(node.id as Node, node.init, isAsserting);
      else if (
        (node.type === 'ClassMethod' || node.type === 'ObjectMethod') &&
        node.key.type === 'Identifier'
      )
        this.#helpers.set(node.key.name, node);
    });
  }

  #variable(target: Node, value: Node, isAsserting: (specifier: string) => boolean): void {
    const specifier = requiredModule(value);
    if (specifier !== undefined && (ASSERTION_MODULES.test(specifier) || isAsserting(specifier))) {
      walk(target, (node) => {
        if (node.type === 'Identifier') this.#asserting.add(node.name);
      });
    } else if (
      target.type === 'Identifier' &&
      (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression')
    ) {
      this.#helpers.set(target.name, value);
    }
  }

  /** The function of the file that a name stands for. */
  helper(name: string): Node | undefined {
    return this.#helpers.get(name);
  }

  /**
   * True when the function checks something, or when that can't be told: `unknown` are names that others give a value
   * to, such as the parameters of a function that makes tests.
   */
  asserts(body: Node, unknown: ReadonlySet<string> = new Set(), depth = 0): boolean {
    const parameters = depth === 0 ? parameterNames(body) : NO_PARAMETERS;
    let isFound = false;
    walk(body, (node, ancestors) => {
      if (isFound) return false;
      if (node.type === 'ThrowStatement') isFound = true;
      else if (node.type === 'Identifier') {
        // `done` is called, or handed on as the callback that gets the error; so is what a test took out of its object.
        const isUsed =
          ancestors.length > 0 && ancestors.at(-1) !== body && ancestors.at(-1)?.type !== 'ObjectProperty';
        const isEnd = node.name === parameters.callback;
        isFound = isUsed && (isEnd || (parameters.members.has(node.name) && CONTEXT_METHODS.test(node.name)));
      } else if (
        node.type === 'MemberExpression' &&
        node.property.type === 'Identifier' &&
        node.property.name === 'should'
      )
        isFound = true;
      else if (node.type === 'CallExpression' || node.type === 'NewExpression')
        isFound =
          hands(node.arguments, parameters.context) ||
          this.#isAssertion(node.callee, parameters, unknown, depth);
      else if (node.type === 'TaggedTemplateExpression')
        isFound = this.#isAssertion(node.tag, parameters, unknown, depth);
      return isFound ? false : undefined;
    });
    return isFound;
  }

  #isAssertion(
    callee: Node,
    { context, members }: Parameters,
    unknown: ReadonlySet<string>,
    depth: number,
  ): boolean {
    const names = namesOf(callee);
    const first = names[0] ?? '';
    const last = names.at(-1) ?? '';
    if (names.some((name) => ASSERTION_NAME.test(name))) return true;
    if (this.#asserting.has(first) || unknown.has(first) || UNMISTAKABLE.test(last)) return true;
    if (names.length === 1 && BARE_ASSERTIONS.test(first)) return true;
    if (context !== undefined && first === context && CONTEXT_METHODS.test(last)) return true;
    if (members.has(first) && CONTEXT_METHODS.test(first)) return true;
    // A test that stands in a test object of its own: `t.test('…', (t) => …)` is walked with the rest.
    if (/^(?:t|tt|tap|assert)$/.test(first) && names.length > 1 && CONTEXT_METHODS.test(last)) return true;
    const helper = this.#helpers.get(last);
    return (
      helper !== undefined &&
      depth < MAX_DEPTH &&
      (names.length === 1 || first === 'this') &&
      this.asserts(helper, unknown, depth + 1)
    );
  }
}

/** True when a call hands the test's own object on: what gets it may check with it. */
function hands(given: readonly Node[], context: string | undefined): boolean {
  return context !== undefined && given.some((one) => one.type === 'Identifier' && one.name === context);
}

interface Parameters {
  /** The object to test with. */
  readonly context: string | undefined;
  /** What was taken out of it: `({ is, end }) => …`. */
  readonly members: ReadonlySet<string>;
  /** The callback that ends the test. */
  readonly callback: string | undefined;
}

const NO_PARAMETERS: Parameters = { context: undefined, members: new Set(), callback: undefined };

function parameterNames(body: Node): Parameters {
  if (!isAnyFunction(body)) return NO_PARAMETERS;
  const last = body.params.at(-1);
  const first = body.params[0];
  const isCallback = last?.type === 'Identifier' && /^(?:done|cb|callback|next|end|finish)$/.test(last.name);
  const members = new Set<string>();
  if (first?.type === 'ObjectPattern') {
    for (const property of first.properties) {
      if (property.type === 'ObjectProperty' && property.value.type === 'Identifier')
        members.add(property.value.name);
    }
  }
  return {
    context: first?.type === 'Identifier' ? first.name : undefined,
    members,
    callback: isCallback ? last.name : undefined,
  };
}

function isAnyFunction(
  node: Node,
): node is ArrowFunctionExpression | FunctionExpression | FunctionDeclaration {
  return (
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'FunctionExpression' ||
    node.type === 'FunctionDeclaration'
  );
}

function namesOf(callee: Node): string[] {
  const names: string[] = [];
  let node: Node = callee;
  for (;;) {
    if (node.type === 'Identifier') return [node.name, ...names];
    if (node.type === 'ThisExpression') return ['this', ...names];
    if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression') {
      names.unshift(node.property.type === 'Identifier' ? node.property.name : '');
      node = node.object;
    } else if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') node = node.callee;
    else if (node.type === 'AwaitExpression') node = node.argument;
    else return ['', ...names];
  }
}

/** The module that `require('…')` or `(await import('…'))` names, also with a member taken at once. */
function requiredModule(value: Node): string | undefined {
  let node = value.type === 'AwaitExpression' ? value.argument : value;
  while (node.type === 'MemberExpression') node = node.object;
  if (node.type === 'ImportExpression')
    return node.source.type === 'StringLiteral' ? node.source.value : undefined;
  if (node.type !== 'CallExpression') return undefined;
  const [argument] = node.arguments;
  const isRequire =
    node.callee.type === 'Import' || (node.callee.type === 'Identifier' && node.callee.name === 'require');
  return isRequire && argument?.type === 'StringLiteral' ? argument.value : undefined;
}
