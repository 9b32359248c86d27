/** Follows values of a script back to where they come from: constants, unknown places, parameters, requests. */
import type { CallExpression, Node } from '@babel/types';
import {
  AMBIENT,
  CLEANER,
  isHandlerContext,
  isHarmlessType,
  KEEPING_METHODS,
  NUMERIC_CALLS,
  NUMERIC_METHODS,
  NUMERIC_OPERATORS,
  REQUEST_CALLS,
  REQUEST_OBJECTS,
  REQUEST_PARTS,
} from './script-knowledge.ts';
import { type Binding, bare, isFunction, keyName, memberName, type Scopes } from './script-scopes.ts';

/** How far a value can be trusted: fixed in the code, not known, given by a caller or the command line, sent in a request. */
export const TRUST = { CONSTANT: 0, UNKNOWN: 1, INPUT: 2, REQUEST: 3 } as const;
export type Trust = (typeof TRUST)[keyof typeof TRUST];

/** Where a function or object was imported from. `name` is `*` for the whole module. */
export interface Origin {
  readonly module: string;
  readonly name: string;
}

const MAX_DEPTH = 14;
/** Answers questions about values of one file. */
export class Tracer {
  readonly #scopes: Scopes;

  constructor(scopes: Scopes) {
    this.#scopes = scopes;
  }

  /** The worst that a value can be. `names` collects the variables met on the way. */
  trust(node: Node, scope: Node, names: Set<string> = new Set()): Trust {
    return this.#trust(node, scope, { names, active: new Set(), depth: 0 });
  }

  #trust(wrapped: Node, scope: Node, walk: Walk): Trust {
    const node = bare(wrapped);
    if (walk.depth > MAX_DEPTH) return TRUST.UNKNOWN;
    const deeper = { ...walk, depth: walk.depth + 1 };
    const worst = (nodes: readonly (Node | null | undefined)[]): Trust => {
      let most: Trust = TRUST.CONSTANT;
      for (const one of nodes) if (one) most = Math.max(most, this.#trust(one, scope, deeper)) as Trust;
      return most;
    };
    switch (node.type) {
      case 'StringLiteral':
      case 'NumericLiteral':
      case 'BooleanLiteral':
      case 'NullLiteral':
      case 'BigIntLiteral':
      case 'RegExpLiteral':
      case 'UnaryExpression':
      case 'UpdateExpression':
      case 'MetaProperty':
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return TRUST.CONSTANT;
      case 'TemplateLiteral':
        return worst(node.expressions);
      case 'TaggedTemplateExpression':
        // `sql`…``, `String.raw` and their like: the tag decides; String.raw only joins.
        return memberName(node.tag) === 'raw' ? worst(node.quasi.expressions) : TRUST.CONSTANT;
      case 'BinaryExpression':
        if (NUMERIC_OPERATORS.has(node.operator)) return TRUST.CONSTANT;
        if (node.left.type === 'NumericLiteral' || node.right.type === 'NumericLiteral')
          return TRUST.CONSTANT;
        return worst([node.left, node.right]);
      case 'LogicalExpression':
        return worst([node.left, node.right]);
      case 'ConditionalExpression':
        return worst([node.consequent, node.alternate]);
      case 'SequenceExpression':
        return worst(node.expressions.slice(-1));
      case 'AssignmentExpression':
        return worst([node.right]);
      case 'ArrayExpression':
        return worst(node.elements);
      case 'SpreadElement':
        return worst([node.argument]);
      case 'ObjectExpression':
        return worst(
          node.properties.map((property) =>
            property.type === 'ObjectProperty'
              ? property.value
              : property.type === 'SpreadElement'
                ? property.argument
                : null,
          ),
        );
      case 'Identifier':
        return this.#name(node.name, scope, deeper);
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return this.#member(node, scope, deeper);
      case 'CallExpression':
      case 'OptionalCallExpression':
      case 'NewExpression':
        return this.#call(node as CallExpression, scope, deeper);
      default:
        return TRUST.UNKNOWN;
    }
  }

  #name(name: string, scope: Node, walk: Walk): Trust {
    if (AMBIENT.has(name)) return TRUST.CONSTANT;
    const binding = this.#scopes.resolve(name, scope);
    walk.names.add(name);
    if (binding === undefined) return /^[A-Z][A-Z0-9_]+$/.test(name) ? TRUST.CONSTANT : TRUST.UNKNOWN;
    // Names in capitals are constants by convention, wherever they are imported from.
    if (binding.kind === 'import') return /^[A-Z][A-Z0-9_]+$/.test(name) ? TRUST.CONSTANT : TRUST.UNKNOWN;
    if (walk.active.has(binding)) return TRUST.CONSTANT;
    const active = new Set(walk.active).add(binding);
    if (binding.kind === 'parameter') return this.#parameter(binding, { ...walk, active });
    if (binding.key !== undefined && REQUEST_PARTS.has(binding.key) && this.#isRequest(binding))
      return TRUST.REQUEST;
    if (binding.kind === 'function' || binding.values.length === 0)
      return binding.kind === 'function' ? TRUST.CONSTANT : TRUST.UNKNOWN;
    let most: Trust = TRUST.CONSTANT;
    for (const { value, scope: at } of binding.values)
      most = Math.max(most, this.#trust(value, at, { ...walk, active })) as Trust;
    return most;
  }

  #isRequest({ values }: Binding): boolean {
    return values.some(({ value }) => {
      const from = bare(value);
      return from.type === 'Identifier' && REQUEST_OBJECTS.has(from.name);
    });
  }

  #parameter(binding: Binding, walk: Walk): Trust {
    const { owner, key, pattern, index = 0 } = binding;
    if (owner === undefined) return TRUST.UNKNOWN;
    if (isHarmlessType(pattern)) return TRUST.CONSTANT;
    if (key !== undefined && REQUEST_PARTS.has(key) && index === 0 && owner.params.length >= 2)
      return TRUST.REQUEST;
    if (
      key !== undefined &&
      (REQUEST_PARTS.has(key) || key === 'url') &&
      isHandlerContext(owner.params[index])
    )
      return TRUST.REQUEST;
    const elements = this.#scopes.elementsFor(owner);
    if (elements !== undefined) {
      if (index > 0) return TRUST.CONSTANT;
      return this.#trust(elements.of, elements.scope, walk);
    }
    return this.#fromCallers(owner, index, key, walk) ?? TRUST.INPUT;
  }

  /** The worst argument of all calls, when every call is known; undefined when there may be others. */
  #fromCallers(owner: Node, index: number, key: string | undefined, walk: Walk): Trust | undefined {
    const name = this.#nameOfFunction(owner);
    const binding = name === undefined ? undefined : this.#scopes.resolve(name, this.#scopes.root);
    if (
      binding === undefined ||
      binding.node !== owner ||
      binding.escapes ||
      binding.calls.length === 0 ||
      key !== undefined
    )
      return undefined;
    let most: Trust = TRUST.CONSTANT;
    for (const { call, scope } of binding.calls) {
      const argument = call.arguments[index];
      if (call.arguments.some(({ type }) => type === 'SpreadElement')) return undefined;
      if (argument !== undefined) most = Math.max(most, this.#trust(argument, scope, walk)) as Trust;
    }
    return most;
  }

  #nameOfFunction(owner: Node): string | undefined {
    if (owner.type === 'FunctionDeclaration') return owner.id?.name;
    // `const run = (command) => …` at the top of the module.
    const names = this.#scopes.namesOf(this.#scopes.root);
    return [...names].find(([, { node }]) => node === owner)?.[0];
  }

  #member(node: Node & { object: Node; property: Node }, scope: Node, walk: Walk): Trust {
    const name = memberName(node);
    const object = bare(node.object);
    if (name === 'length' || name === 'size' || name === 'byteLength') return TRUST.CONSTANT;
    if (object.type === 'MetaProperty') return TRUST.CONSTANT;
    if (object.type === 'Identifier' && object.name === 'process') {
      return name === 'argv' ? TRUST.INPUT : TRUST.CONSTANT;
    }
    if (object.type === 'ThisExpression') return TRUST.UNKNOWN;
    if (object.type === 'Identifier') {
      walk.names.add(object.name);
      if (
        REQUEST_OBJECTS.has(object.name) &&
        name !== undefined &&
        (REQUEST_PARTS.has(name) || (name === 'url' && object.name.startsWith('req')))
      ) {
        const binding = this.#scopes.resolve(object.name, scope);
        if (binding === undefined || binding.kind === 'parameter') return TRUST.REQUEST;
      }
      // Uploads get their path from the server.
      if (name === 'file' || name === 'files') return TRUST.UNKNOWN;
    }
    const value = name === undefined ? undefined : this.#propertyOf(object, name, scope);
    if (value !== undefined) return this.#trust(value.value, value.scope, walk);
    return this.#trust(object, scope, walk);
  }

  /** The value of a property of an object literal that a name stands for and that nothing changes. */
  #propertyOf(object: Node, name: string, scope: Node): { value: Node; scope: Node } | undefined {
    if (object.type !== 'Identifier') return undefined;
    const binding = this.#scopes.resolve(object.name, scope);
    const only = binding?.values.length === 1 ? binding.values[0] : undefined;
    const literal = only === undefined ? undefined : bare(only.value);
    if (only === undefined || literal?.type !== 'ObjectExpression') return undefined;
    for (const property of literal.properties) {
      if (property.type === 'ObjectProperty' && !property.computed && keyName(property.key) === name)
        return { value: property.value, scope: only.scope };
    }
    return undefined;
  }

  #call(node: CallExpression, scope: Node, walk: Walk): Trust {
    const callee = bare(node.callee);
    const method = memberName(callee);
    const called = method ?? (callee.type === 'Identifier' ? callee.name : '');
    if (callee.type === 'Identifier' && NUMERIC_CALLS.has(called)) return TRUST.CONSTANT;
    if (method !== undefined && NUMERIC_METHODS.has(method)) return TRUST.CONSTANT;
    if (CLEANER.test(called)) return TRUST.CONSTANT;
    if (called === 'basename') return TRUST.CONSTANT;
    if (callee.type === 'Import' || called === 'require') return TRUST.UNKNOWN;
    const isMember = callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression';
    const receiver = isMember ? bare(callee.object) : undefined;
    if (receiver?.type === 'Identifier' && (receiver.name === 'process' || receiver.name === 'os'))
      return TRUST.CONSTANT;
    if (
      receiver?.type === 'Identifier' &&
      REQUEST_CALLS.has(called) &&
      (receiver.name === 'req' || receiver.name === 'request' || receiver.name === 'c')
    )
      return TRUST.REQUEST;
    // `c.req.param('id')` of Hono, `req.query.get('id')`.
    if (receiver !== undefined && REQUEST_CALLS.has(called) && memberName(receiver) === 'req')
      return TRUST.REQUEST;
    let most: Trust = TRUST.CONSTANT;
    if (called === 'map' && isMember && node.arguments[0] !== undefined && isFunction(node.arguments[0])) {
      return this.#returned(node.arguments[0], walk);
    }
    if (receiver !== undefined && !this.#isModule(receiver, scope)) most = this.#trust(receiver, scope, walk);
    // What a function makes of a value is held to be as bad as the value.
    for (const argument of node.arguments) most = Math.max(most, this.#trust(argument, scope, walk)) as Trust;
    const isKnown =
      (isMember && KEEPING_METHODS.has(called)) ||
      called === 'String' ||
      (callee.type === 'Identifier' && (called === 'Array' || called === 'Set' || called === 'Map'));
    return most === TRUST.CONSTANT && !isKnown ? TRUST.UNKNOWN : most;
  }

  #isModule(node: Node, scope: Node): boolean {
    if (node.type !== 'Identifier') return false;
    const binding = this.#scopes.resolve(node.name, scope);
    return (
      binding?.kind === 'import' ||
      (binding === undefined && /^(?:path|Object|Array|JSON|String|Math|Buffer)$/.test(node.name))
    );
  }

  /** What a callback gives back. */
  #returned(callback: Node, walk: Walk): Trust {
    if (callback.type === 'ArrowFunctionExpression' && callback.body.type !== 'BlockStatement')
      return this.#trust(callback.body, callback, walk);
    return TRUST.UNKNOWN;
  }

  /**
   * True for what a call of another function gave, also through names and patterns, as in
   * `const { where } = filtersOf(options)`. What only keeps or trims a text does not make one.
   */
  isMade(wrapped: Node, scope: Node, depth = 0): boolean {
    const node = bare(wrapped);
    if (depth > MAX_DEPTH) return false;
    if (node.type === 'AwaitExpression') return this.isMade(node.argument, scope, depth + 1);
    if (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression')
      return this.isMade(node.object, scope, depth + 1);
    if (node.type === 'CallExpression' || node.type === 'OptionalCallExpression') {
      const callee = bare(node.callee);
      const method = memberName(callee);
      if (method === undefined)
        return (
          callee.type === 'Identifier' && !/^(?:String|decodeURI(?:Component)?|unescape)$/.test(callee.name)
        );
      if (!KEEPING_METHODS.has(method)) return true;
      return (
        (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') &&
        this.isMade(callee.object, scope, depth + 1)
      );
    }
    if (node.type === 'ConditionalExpression')
      return [node.consequent, node.alternate].every((one) => this.#isMadeOrFixed(one, scope, depth + 1));
    if (node.type === 'LogicalExpression')
      return [node.left, node.right].every((one) => this.#isMadeOrFixed(one, scope, depth + 1));
    if (node.type !== 'Identifier') return false;
    const binding = this.#scopes.resolve(node.name, scope);
    if (binding?.kind !== 'variable' || binding.values.length === 0) return false;
    return binding.values.every(({ value, scope: at }) => this.#isMadeOrFixed(value, at, depth + 1));
  }

  #isMadeOrFixed(node: Node, scope: Node, depth: number): boolean {
    return this.trust(node, scope) < TRUST.INPUT || this.isMade(node, scope, depth);
  }

  /** True when the file itself declares a name that is seen from a scope. */
  isDeclared(name: string, scope: Node): boolean {
    return this.#scopes.resolve(name, scope) !== undefined;
  }

  /** The template or concatenation that a value is, through names. */
  text(wrapped: Node, scope: Node, depth = 0): { node: Node; scope: Node }[] {
    const node = bare(wrapped);
    if (node.type !== 'Identifier' || depth > 5) return [{ node, scope }];
    const binding = this.#scopes.resolve(node.name, scope);
    if (binding === undefined || binding.kind !== 'variable' || binding.key !== undefined)
      return [{ node, scope }];
    return binding.values.flatMap(({ value, scope: at }) => this.text(value, at, depth + 1));
  }

  /** Where a function or object was imported from, through aliases, members, `require`, `import()` and `promisify`. */
  origin(wrapped: Node, scope: Node, depth = 0): Origin | undefined {
    const node = bare(wrapped);
    if (depth > 6) return undefined;
    if (node.type === 'Identifier') {
      const binding = this.#scopes.resolve(node.name, scope);
      if (binding?.module !== undefined) {
        const name = binding.imported ?? '*';
        return { module: plainModule(binding.module), name: name === 'default' ? '*' : name };
      }
      if (binding?.kind !== 'variable' || binding.values.length !== 1) return undefined;
      const from = binding.values[0];
      const origin = from === undefined ? undefined : this.origin(from.value, from.scope, depth + 1);
      if (origin === undefined || binding.key === undefined) return origin;
      return origin.name === '*' ? { module: origin.module, name: binding.key } : undefined;
    }
    const member = memberName(node);
    if (
      member !== undefined &&
      (node.type === 'MemberExpression' || node.type === 'OptionalMemberExpression')
    ) {
      const origin = this.origin(node.object, scope, depth + 1);
      if (origin === undefined) return undefined;
      if (origin.name === '*') return { module: origin.module, name: member === 'default' ? '*' : member };
      return origin.module === 'fs' && origin.name === 'promises'
        ? { module: 'fs', name: member }
        : undefined;
    }
    if (node.type === 'ImportExpression' && node.source.type === 'StringLiteral')
      return { module: plainModule(node.source.value), name: '*' };
    if (node.type !== 'CallExpression') return undefined;
    const [argument] = node.arguments;
    if (
      argument?.type === 'StringLiteral' &&
      (node.callee.type === 'Import' || (node.callee.type === 'Identifier' && node.callee.name === 'require'))
    ) {
      return { module: plainModule(argument.value), name: '*' };
    }
    const called = memberName(node.callee) ?? (node.callee.type === 'Identifier' ? node.callee.name : '');
    return called === 'promisify' && argument !== undefined
      ? this.origin(argument, scope, depth + 1)
      : undefined;
  }

  /** A property of an options object given in a call, directly or by a name. */
  option(wrapped: Node | undefined, name: string, scope: Node): { value: Node; scope: Node } | undefined {
    if (wrapped === undefined) return undefined;
    for (const { node, scope: at } of this.text(wrapped, scope)) {
      if (node.type !== 'ObjectExpression') continue;
      for (const property of node.properties) {
        if (property.type === 'ObjectProperty' && keyName(property.key) === name)
          return { value: property.value, scope: at };
      }
    }
    return undefined;
  }
}

interface Walk {
  readonly names: Set<string>;
  readonly active: ReadonlySet<Binding>;
  readonly depth: number;
}

/** A module's name without `node:` and without the parts that mean the same. */
function plainModule(name: string): string {
  return name.replace(/^node:/, '').replace(/^(?:fs\/promises|fs-extra|graceful-fs)$/, 'fs');
}
