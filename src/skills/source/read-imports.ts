/** Reads what a module imports from its syntax tree. Where the imports lead is found out later, by the resolver. */
import { isBuiltin } from 'node:module';
import type { CallExpression, File, Node, StringLiteral } from '@babel/types';
import { namesFrom } from './import-names.ts';
import type { ImportRecord } from './source-model.ts';
import { walk } from './walk.ts';

/** An import before it is resolved. */
export type RawImport = Omit<ImportRecord, 'target' | 'isLocal' | 'packageName'>;

export interface ReadImports {
  readonly imports: readonly RawImport[];
  /** String literals that may name a file: `./worker.js`, `src/job.ts`. */
  readonly strings: readonly string[];
  /** The known beginnings of names made at run time: `./locales/`. */
  readonly prefixes: readonly string[];
  /** True when a module is loaded under a name of which nothing is known. */
  readonly hasComputedImport: boolean;
}

const MAX_STRINGS = 2000;
const PATH_LIKE = /^(?:\.{1,2}\/[^\s]{1,200}|[^\s:]{1,200}\.[mc]?[jt]sx?)$/;
/** A pattern of source files. */
const GLOB_LIKE = /^[^\s]{0,200}\*[^\s]{0,100}\.(?:[mc]?[jt]sx?|\{[^}\s]{1,50}\})$/;
/** Loaders that take a pattern or a list of modules at build time. */
const PATTERN_LOADERS = new Set(['glob', 'globEager', 'context', 'requireActual', 'importActual']);

export function readImports(ast: File): ReadImports {
  const imports: RawImport[] = [];
  const strings = new Set<string>();
  const prefixes: string[] = [];
  /** `const name = 'text'`, wherever it stands: good enough to follow an import by a name. */
  const constants = new Map<string, Node>();
  let hasComputedImport = false;
  const addComputed = (source: Node | null | undefined): void => {
    const prefix = prefixOf(source);
    if (prefix === undefined) hasComputedImport = true;
    else prefixes.push(prefix);
  };
  const add = (
    node: Node,
    source: Node | null | undefined,
    parts: Partial<RawImport> & Pick<RawImport, 'kind' | 'names'>,
  ): void => {
    const named = source?.type === 'Identifier' ? constants.get(source.name) : undefined;
    const specifier = textOf(named ?? source);
    if (specifier === undefined) {
      if (source != null) addComputed(named ?? source);
      return;
    }
    imports.push({
      specifier,
      line: node.loc?.start.line ?? 1,
      column: (node.loc?.start.column ?? 0) + 1,
      isTypeOnly: false,
      isEager: false,
      isOptional: false,
      isBuiltin: isBuiltin(specifier),
      ...parts,
    });
  };
  walk(ast, (node, ancestors) => {
    switch (node.type) {
      case 'ImportDeclaration': {
        const isTypeOnly =
          isTypeKind(node.importKind) ||
          (node.specifiers.length > 0 && node.specifiers.every(isTypeSpecifier));
        const names = node.specifiers.map((one) =>
          one.type === 'ImportNamespaceSpecifier'
            ? '*'
            : one.type === 'ImportDefaultSpecifier'
              ? 'default'
              : nameOf(one.imported),
        );
        add(node, node.source, { kind: 'static', names, isTypeOnly, isEager: true });
        return false;
      }
      case 'ExportAllDeclaration':
        add(node, node.source, {
          kind: 'reexport',
          names: ['*'],
          isTypeOnly: isTypeKind(node.exportKind),
          isEager: true,
        });
        return false;
      case 'ExportNamedDeclaration': {
        if (node.source == null) return undefined;
        const names = node.specifiers.map((one) =>
          one.type === 'ExportSpecifier'
            ? nameOf(one.local)
            : one.type === 'ExportNamespaceSpecifier'
              ? '*'
              : 'default',
        );
        const isTypeOnly =
          isTypeKind(node.exportKind) ||
          (node.specifiers.length > 0 &&
            node.specifiers.every((one) => one.type === 'ExportSpecifier' && isTypeKind(one.exportKind)));
        add(node, node.source, { kind: 'reexport', names, isTypeOnly, isEager: true });
        return false;
      }
      case 'TSImportEqualsDeclaration':
        if (node.moduleReference.type === 'TSExternalModuleReference') {
          add(node, node.moduleReference.expression, {
            kind: 'require',
            names: ['*'],
            isTypeOnly: isTypeKind(node.importKind),
            isEager: true,
          });
        }
        return undefined;
      case 'TSImportType':
        add(
          node,
          (node as unknown as { source?: Node; argument?: Node }).source ??
            (node as unknown as { argument?: Node }).argument,
          {
            kind: 'dynamic',
            names: ['*'],
            isTypeOnly: true,
          },
        );
        return undefined;
      case 'ImportExpression':
        add(node, node.source, {
          kind: 'dynamic',
          names: namesFrom(node, ancestors),
          isOptional: isGuarded(node, ancestors),
        });
        return undefined;
      case 'CallExpression': {
        const loader = loaderOf(node);
        if (loader === 'require') {
          add(node, node.arguments[0], {
            kind: 'require',
            names: namesFrom(node, ancestors),
            isEager: !isInFunction(ancestors),
            isOptional: isGuarded(node, ancestors),
          });
        } else if (loader === 'pattern') addComputed(node.arguments[0]);
        return undefined;
      }
      case 'VariableDeclaration':
        if (node.kind !== 'const') return undefined;
        for (const { id, init } of node.declarations) {
          if (id.type === 'Identifier' && init != null && textOf(init) !== undefined)
            constants.set(id.name, init);
        }
        return undefined;
      case 'StringLiteral':
        // Lists of modules by pattern, as object mappers and plug-in loaders take them.
        if (GLOB_LIKE.test(node.value)) addComputed(node);
        if (strings.size < MAX_STRINGS && PATH_LIKE.test(node.value)) strings.add(node.value);
        return undefined;
      case 'TemplateLiteral':
        // `${origin}/src/worker` names a module as well as a plain text does.
        for (const { value } of node.quasis) {
          const text = value.cooked ?? '';
          const isPath = PATH_LIKE.test(text) || /^\/[\w-]+(?:\/[\w.-]+){1,10}$/.test(text);
          if (strings.size < MAX_STRINGS && isPath) strings.add(text);
        }
        return undefined;
      default:
        return undefined;
    }
  });
  return { imports, strings: [...strings], prefixes, hasComputedImport };
}

/** `require(x)`, `require.resolve(x)`, `module.require(x)`; or a call that loads many by a pattern. */
function loaderOf(node: CallExpression): 'require' | 'pattern' | undefined {
  const { callee } = node;
  if (callee.type === 'Identifier')
    return callee.name === 'require' && node.arguments.length > 0 ? 'require' : undefined;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  const { object, property } = callee;
  if (object.type === 'Identifier' && object.name === 'require')
    return property.name === 'resolve' ? 'require' : 'pattern';
  if (object.type === 'Identifier' && object.name === 'module' && property.name === 'require')
    return 'require';
  const isMeta = object.type === 'MetaProperty';
  const isRunner = object.type === 'Identifier' && (object.name === 'jest' || object.name === 'vi');
  if (isRunner && PATTERN_LOADERS.has(property.name) && node.arguments[0] !== undefined) return 'require';
  return isMeta && PATTERN_LOADERS.has(property.name) ? 'pattern' : undefined;
}

function isInFunction(ancestors: readonly Node[]): boolean {
  return ancestors.some(
    (node) =>
      /Function|ObjectMethod|Class(?:Private)?Method/.test(node.type) && node.type !== 'TSFunctionType',
  );
}

/** True inside the block of a `try`, or when `.catch` or a second argument of `.then` follows. */
function isGuarded(call: Node, ancestors: readonly Node[]): boolean {
  let child = call;
  for (let index = ancestors.length - 1; index >= 0; index -= 1) {
    const parent = ancestors[index] as Node;
    if (parent.type === 'TryStatement' && parent.block === child) return true;
    if (
      parent.type === 'MemberExpression' &&
      parent.object === child &&
      parent.property.type === 'Identifier'
    ) {
      if (parent.property.name === 'catch') return true;
      const outer = ancestors[index - 1];
      if (parent.property.name === 'then' && outer?.type === 'CallExpression' && outer.arguments.length > 1)
        return true;
    }
    child = parent;
  }
  return false;
}

function isTypeSpecifier(node: Node): boolean {
  return node.type === 'ImportSpecifier' && isTypeKind(node.importKind);
}

function isTypeKind(kind: string | null | undefined): boolean {
  return kind === 'type' || kind === 'typeof';
}

function nameOf(
  node: { readonly type: string; readonly name?: string; readonly value?: string } | StringLiteral,
): string {
  return 'name' in node && node.name !== undefined ? node.name : (node.value ?? '');
}

/** The beginning of a relative name, up to its last `/` before what is made at run time. */
function prefixOf(node: Node | null | undefined): string | undefined {
  let text: string | null | undefined;
  if (node?.type === 'TemplateLiteral') text = node.quasis[0]?.value.cooked;
  else if (node?.type === 'StringLiteral') text = node.value.slice(0, Math.max(0, node.value.indexOf('*')));
  else if (node?.type === 'BinaryExpression' && node.operator === '+') {
    let left: Node = node.left;
    while (left.type === 'BinaryExpression') left = left.left;
    text = left.type === 'StringLiteral' ? left.value : undefined;
  }
  const prefix = text?.slice(0, text.lastIndexOf('/') + 1);
  return prefix !== undefined && /^\.{1,2}\/./.test(prefix) && prefix !== '../' ? prefix : undefined;
}

/** A string literal's or plain template's text. */
function textOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return node.value;
  if (node?.type === 'TSLiteralType') return textOf(node.literal);
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}
