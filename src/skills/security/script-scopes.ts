/** Which declaration a name means in a script: scopes, what is assigned to names, and from where functions are called. */
import type {
  CallExpression,
  Expression,
  File,
  Function as FunctionNode,
  Node,
  PatternLike,
  VariableDeclaration,
} from '@babel/types';
import { walk } from '../source/walk.ts';

/** What a name stands for. */
export interface Binding {
  readonly kind: 'parameter' | 'variable' | 'import' | 'function' | 'other';
  readonly scope: Node;
  /** Expressions that give it its value: the initialiser, assignments, pushes onto an array. */
  readonly values: { readonly value: Node; readonly scope: Node }[];
  /** For a name taken out of a pattern: the member it comes from. */
  readonly key?: string;
  /** For an import: the module and the name it has there (`*` for all of it). */
  readonly module?: string;
  readonly imported?: string;
  /** For a parameter: its function, its place, and the parameter as written. */
  readonly owner?: FunctionNode;
  readonly index?: number;
  readonly pattern?: Node;
  /** For a function. */
  readonly node?: Node;
  /** Calls by this name. */
  readonly calls: { readonly call: CallExpression; readonly scope: Node }[];
  /** True when the function is used as a value or exported, so that not all callers are known. */
  escapes: boolean;
}

/** Functions whose callback gets the elements of what they are called on. */
const ITERATORS = new Set(['map', 'forEach', 'filter', 'some', 'every', 'find', 'flatMap', 'findIndex']);

/** Scopes of one parsed file. */
export class Scopes {
  readonly #names = new Map<Node, Map<string, Binding>>();
  readonly #parents = new Map<Node, Node>();
  readonly #elements = new Map<Node, { readonly of: Node; readonly scope: Node }>();
  readonly root: Node;

  constructor(file: File) {
    this.root = file.program;
    walk(file.program, (node, ancestors) => this.#declare(node, ancestors));
    walk(file.program, (node, ancestors) => this.#use(node, ancestors));
  }

  /** The binding of a name seen from a scope. */
  resolve(name: string, scope: Node | undefined): Binding | undefined {
    for (let at = scope; at !== undefined; at = this.#parents.get(at)) {
      const found = this.#names.get(at)?.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The names declared in a scope itself. */
  namesOf(scope: Node): ReadonlyMap<string, Binding> {
    return this.#names.get(scope) ?? new Map();
  }

  /** What the callback's first parameter runs over, where the function is such a callback. */
  elementsFor(owner: Node): { readonly of: Node; readonly scope: Node } | undefined {
    return this.#elements.get(owner);
  }

  #declare(node: Node, ancestors: readonly Node[]): void {
    const parent = ancestors.findLast(isScope);
    if (isScope(node) && parent !== undefined) this.#parents.set(node, parent);
    const scope = parent ?? this.root;
    if (node.type === 'VariableDeclaration') this.#variables(node, ancestors, scope);
    else if (node.type === 'ImportDeclaration') {
      for (const specifier of node.specifiers) {
        const imported =
          specifier.type === 'ImportSpecifier'
            ? specifier.imported.type === 'Identifier'
              ? specifier.imported.name
              : specifier.imported.value
            : specifier.type === 'ImportDefaultSpecifier'
              ? 'default'
              : '*';
        this.#add(specifier.local.name, { kind: 'import', scope, module: node.source.value, imported });
      }
    } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
      const exported = ancestors.at(-1)?.type.startsWith('Export') === true;
      if (node.id)
        this.#add(node.id.name, {
          kind: node.type === 'ClassDeclaration' ? 'other' : 'function',
          scope,
          node,
          escapes: exported,
        });
    } else if (node.type === 'CatchClause' && node.param) {
      this.#pattern(node.param, (name) => this.#add(name, { kind: 'other', scope: node }));
    }
    if (isFunction(node)) {
      for (const [index, parameter] of node.params.entries()) {
        this.#pattern(parameter, (name, key, at) =>
          this.#add(name, {
            kind: 'parameter',
            scope: node,
            owner: node,
            index,
            pattern: at,
            ...(key === undefined ? {} : { key }),
          }),
        );
      }
    }
  }

  #variables(node: VariableDeclaration, ancestors: readonly Node[], block: Node): void {
    const scope =
      node.kind === 'var'
        ? (ancestors.findLast((one) => isFunction(one) || one.type === 'Program') ?? this.root)
        : block;
    const loop = ancestors.at(-1);
    const exported = loop?.type === 'ExportNamedDeclaration';
    for (const declarator of node.declarations) {
      const value =
        loop?.type === 'ForOfStatement' && loop.left === node ? loop.right : (declarator.init ?? undefined);
      const values = value === undefined ? [] : [{ value, scope: block }];
      const isCallable = value !== undefined && isFunction(value);
      this.#pattern(declarator.id as PatternLike, (name, key) =>
        this.#add(name, {
          kind: isCallable && key === undefined ? 'function' : 'variable',
          scope,
          values,
          escapes: exported,
          ...(key === undefined ? {} : { key }),
          ...(isCallable ? { node: value } : {}),
        }),
      );
    }
  }

  #add(name: string, parts: Pick<Binding, 'kind' | 'scope'> & Partial<Binding>): void {
    const names = this.#names.get(parts.scope) ?? new Map<string, Binding>();
    this.#names.set(parts.scope, names);
    const known = names.get(name);
    if (known !== undefined && parts.kind === 'variable') known.values.push(...(parts.values ?? []));
    else
      names.set(name, {
        ...parts,
        values: [...(parts.values ?? [])],
        calls: [],
        escapes: parts.escapes ?? false,
      });
  }

  #pattern(
    pattern: Node,
    add: (name: string, key: string | undefined, at: Node) => void,
    key?: string,
  ): void {
    if (pattern.type === 'Identifier') add(pattern.name, key, pattern);
    else if (pattern.type === 'AssignmentPattern') this.#pattern(pattern.left, add, key);
    else if (pattern.type === 'RestElement') this.#pattern(pattern.argument, add, key ?? '...');
    else if (pattern.type === 'TSParameterProperty') this.#pattern(pattern.parameter, add, key);
    else if (pattern.type === 'ArrayPattern') {
      for (const [index, element] of pattern.elements.entries())
        if (element) this.#pattern(element, add, key ?? String(index));
    } else if (pattern.type === 'ObjectPattern') {
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') this.#pattern(property.argument, add, key ?? '...');
        // The outermost member says where it comes from: `{ body: { name } }` is a part of `body`.
        else this.#pattern(property.value as Node, add, key ?? keyName(property.key) ?? '...');
      }
    }
  }

  #use(node: Node, ancestors: readonly Node[]): void {
    const scope = ancestors.findLast(isScope) ?? this.root;
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier') {
      this.resolve(node.left.name, scope)?.values.push({ value: node.right, scope });
    } else if (node.type === 'CallExpression') this.#call(node, scope);
    else if (node.type === 'Identifier') this.#reference(node.name, node, ancestors, scope);
  }

  #call(node: CallExpression, scope: Node): void {
    const { callee } = node;
    if (callee.type === 'Identifier') this.resolve(callee.name, scope)?.calls.push({ call: node, scope });
    if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') return;
    const method = memberName(callee);
    if ((method === 'push' || method === 'unshift') && callee.object.type === 'Identifier') {
      const array = this.resolve(callee.object.name, scope);
      for (const value of node.arguments) array?.values.push({ value, scope });
    }
    const callback = node.arguments[0];
    if (method !== undefined && ITERATORS.has(method) && callback !== undefined && isFunction(callback)) {
      this.#elements.set(callback, { of: callee.object, scope });
    }
  }

  #reference(name: string, node: Node, ancestors: readonly Node[], scope: Node): void {
    const parent = ancestors.at(-1);
    const isCalled = parent?.type === 'CallExpression' && parent.callee === node;
    const isMember = parent?.type === 'MemberExpression' && parent.property === node && !parent.computed;
    const isDeclared =
      (parent?.type === 'VariableDeclarator' && parent.id === node) ||
      (parent !== undefined && isFunction(parent));
    const isKey =
      (parent?.type === 'ObjectProperty' && parent.key === node && !parent.shorthand) ||
      parent?.type === 'ObjectMethod';
    if (isCalled || isMember || isDeclared || isKey) return;
    const binding = this.resolve(name, scope);
    if (binding !== undefined) binding.escapes = true;
  }
}

/** True for nodes that hold names of their own. */
export function isScope(node: Node): boolean {
  return (
    node.type === 'Program' ||
    node.type === 'BlockStatement' ||
    node.type === 'ForStatement' ||
    node.type === 'ForOfStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'CatchClause' ||
    node.type === 'SwitchStatement' ||
    isFunction(node)
  );
}

/** True for every sort of function and method. */
export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'ObjectMethod' ||
    node.type === 'ClassMethod' ||
    node.type === 'ClassPrivateMethod'
  );
}

/** The name of a member access when it is known: `a.b`, `a['b']`, `a.#b`. */
export function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return undefined;
  if (node.property.type === 'PrivateName') return node.property.id.name;
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined;
  return node.property.type === 'StringLiteral' ? node.property.value : undefined;
}

/** The name of an object's key when it is known. */
export function keyName(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'StringLiteral') return key.value;
  return key.type === 'PrivateName' ? key.id.name : undefined;
}

/** Takes off what does not change a value: parentheses, type assertions, `await`. */
export function bare(node: Node): Node {
  let at = node;
  for (;;) {
    if (
      at.type === 'TSAsExpression' ||
      at.type === 'TSSatisfiesExpression' ||
      at.type === 'TSNonNullExpression' ||
      at.type === 'TSTypeAssertion' ||
      at.type === 'ParenthesizedExpression'
    ) {
      at = at.expression as Expression;
    } else if (at.type === 'AwaitExpression') at = at.argument;
    else return at;
  }
}
