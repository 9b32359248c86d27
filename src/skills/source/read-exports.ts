/** Reads what a module exports, also the CommonJS way, and whether a doc comment stands above it. */
import type { Comment, Declaration, File, Node, Statement } from '@babel/types';
import type { ExportRecord } from './source-model.ts';

/** In source order. `text` is the module's source. */
export function readExports(ast: File, text: string): readonly ExportRecord[] {
  const records: ExportRecord[] = [];
  const declared = declarationsOf(ast.program.body);
  const docs = new DocComments(ast.comments ?? [], text);
  const add = (
    name: string,
    kind: ExportRecord['kind'],
    node: Node,
    above: Node,
    extra: Partial<ExportRecord> = {},
  ): void => {
    const line = node.loc?.start.line ?? 1;
    records.push({
      name,
      kind,
      line,
      endLine: node.loc?.end.line ?? line,
      hasDocComment: docs.isAbove(above),
      ...extra,
    });
  };
  for (const statement of ast.program.body) {
    if (statement.type === 'ExportNamedDeclaration') {
      if (statement.declaration != null) {
        for (const { name, kind, node } of namesDeclared(statement.declaration))
          add(name, kind, node, statement, { localName: name });
      }
      for (const specifier of statement.specifiers) {
        const name = 'exported' in specifier ? nameOf(specifier.exported) : '';
        if (statement.source != null) {
          add(name, 'reexport', specifier, statement);
          continue;
        }
        const local = specifier.type === 'ExportSpecifier' ? nameOf(specifier.local) : name;
        const origin = declared.get(local);
        const isType =
          statement.exportKind === 'type' ||
          (specifier.type === 'ExportSpecifier' && specifier.exportKind === 'type');
        if (origin === undefined)
          add(name, isType ? 'type' : 'variable', specifier, statement, { localName: local });
        else add(name, isType ? 'type' : origin.kind, origin.node, origin.above, { localName: local });
      }
    } else if (statement.type === 'ExportDefaultDeclaration') {
      const { declaration } = statement;
      const local =
        'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
      const origin = declaration.type === 'Identifier' ? declared.get(declaration.name) : undefined;
      const localName = local ?? (declaration.type === 'Identifier' ? declaration.name : undefined);
      add('default', 'default', statement, origin?.above ?? statement, {
        ...(localName === undefined ? {} : { localName }),
        ...defaultOf(kindOfValue(declaration, declared, statement).kind),
      });
    } else if (statement.type === 'ExportAllDeclaration') add('*', 'reexport', statement, statement);
    else if (statement.type === 'TSExportAssignment')
      add('default', 'default', statement, statement, { isCommonJs: true });
    else if (statement.type === 'ExpressionStatement') {
      for (const { name, kind, node, value } of commonJsNames(statement.expression, declared))
        add(name, kind, node, statement, { isCommonJs: true, ...defaultOf(value) });
    }
  }
  return records;
}

interface Declared {
  readonly name: string;
  readonly kind: ExportRecord['kind'];
  readonly node: Node;
}

/** `value`: what the default export is. */
interface CommonJsName extends Declared {
  readonly value?: ExportRecord['kind'];
}

function defaultOf(kind: ExportRecord['kind'] | undefined): Pick<ExportRecord, 'defaultOf'> {
  return kind === 'function' || kind === 'class' ? { defaultOf: kind } : {};
}

function declarationsOf(body: readonly Statement[]): Map<string, Declared & { readonly above: Node }> {
  const found = new Map<string, Declared & { readonly above: Node }>();
  for (const statement of body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration == null) continue;
    for (const one of namesDeclared(declaration as Declaration)) {
      // A value and a type may share a name: what others import is the value.
      if (!found.has(one.name) || found.get(one.name)?.kind === 'type')
        found.set(one.name, { ...one, above: statement });
    }
  }
  return found;
}

function namesDeclared(node: Node): Declared[] {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return node.id == null ? [] : [{ name: node.id.name, kind: 'function', node }];
    case 'ClassDeclaration':
      return node.id == null ? [] : [{ name: node.id.name, kind: 'class', node }];
    case 'VariableDeclaration':
      return node.declarations.flatMap((one) => {
        const kind = isFunctionNode(one.init)
          ? 'function'
          : one.init?.type === 'ClassExpression'
            ? 'class'
            : 'variable';
        return boundNames(one.id).map((name): Declared => ({ name, kind, node: one }));
      });
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TypeAlias':
    case 'OpaqueType':
    case 'InterfaceDeclaration':
      return [{ name: node.id.name, kind: 'type', node }];
    case 'TSEnumDeclaration':
      return [{ name: node.id.name, kind: 'variable', node }];
    case 'TSModuleDeclaration':
      return node.id.type === 'Identifier' ? [{ name: node.id.name, kind: 'variable', node }] : [];
    default:
      return [];
  }
}

function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((one) =>
        boundNames(one.type === 'RestElement' ? one.argument : one.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((one) => (one === null ? [] : boundNames(one)));
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'RestElement':
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

/** Names in `exports.a = exports.b = …` and `exports = module.exports = …` that are followed. */
const MAX_CHAIN = 20;

/**
 * `exports.a = …`, `module.exports.a = …`, `module.exports = { a, b() {} }`, `module.exports = a`, and several of them in
 * one statement.
 */
function commonJsNames(expression: Node, declared: ReadonlyMap<string, Declared>): CommonJsName[] {
  const targets: Node[] = [];
  let value = expression;
  while (value.type === 'AssignmentExpression' && value.operator === '=' && targets.length < MAX_CHAIN) {
    targets.push(value.left);
    value = value.right;
  }
  return targets.flatMap((left) => namesAssigned(left, value, expression, declared));
}

function namesAssigned(
  left: Node,
  right: Node,
  expression: Node,
  declared: ReadonlyMap<string, Declared>,
): CommonJsName[] {
  if (left.type !== 'MemberExpression' || left.computed || left.property.type !== 'Identifier') return [];
  if (
    left.object.type === 'Identifier' &&
    left.object.name === 'module' &&
    left.property.name === 'exports'
  ) {
    if (right.type !== 'ObjectExpression') {
      const { kind } = kindOfValue(right, declared, expression);
      return [{ name: 'default', kind: 'default', node: expression, value: kind }];
    }
    return right.properties.flatMap((one): CommonJsName[] => {
      if (one.type === 'SpreadElement' || one.computed) return [];
      const name =
        one.key.type === 'Identifier'
          ? one.key.name
          : one.key.type === 'StringLiteral'
            ? one.key.value
            : undefined;
      if (name === undefined) return [];
      const value = one.type === 'ObjectMethod' ? one : one.value;
      return [{ ...kindOfValue(value, declared, one), name }];
    });
  }
  const isExports =
    (left.object.type === 'Identifier' && left.object.name === 'exports') ||
    (left.object.type === 'MemberExpression' &&
      left.object.object.type === 'Identifier' &&
      left.object.object.name === 'module' &&
      left.object.property.type === 'Identifier' &&
      left.object.property.name === 'exports');
  return isExports ? [{ ...kindOfValue(right, declared, expression), name: left.property.name }] : [];
}

function kindOfValue(
  value: Node,
  declared: ReadonlyMap<string, Declared>,
  node: Node,
): Omit<Declared, 'name'> {
  if (isFunctionNode(value)) return { kind: 'function', node };
  if (value.type === 'ClassExpression' || value.type === 'ClassDeclaration') return { kind: 'class', node };
  const origin = value.type === 'Identifier' ? declared.get(value.name) : undefined;
  return origin === undefined ? { kind: 'variable', node } : { kind: origin.kind, node: origin.node };
}

function isFunctionNode(node: Node | null | undefined): boolean {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'ObjectMethod'
  );
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'StringLiteral' ? node.value : '';
}

/** Finds the `/** … *\/` that ends right above a statement, with nothing but space or decorators in between. */
class DocComments {
  readonly #byEnd = new Map<number, Comment>();
  readonly #text: string;

  constructor(comments: readonly Comment[], text: string) {
    this.#text = text;
    for (const comment of comments) if (comment.end != null) this.#byEnd.set(comment.end, comment);
  }

  isAbove(node: Node): boolean {
    let end = node.start ?? 0;
    // Line comments (such as directives to linters) may stand between.
    for (;;) {
      while (end > 0 && /\s/.test(this.#text[end - 1] ?? '')) end -= 1;
      const comment = this.#byEnd.get(end);
      if (comment === undefined) return false;
      if (comment.type === 'CommentBlock' && comment.value.startsWith('*')) return true;
      end = comment.start ?? 0;
    }
  }
}
