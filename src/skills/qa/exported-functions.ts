/** The functions a module exports: how complex they are, and which of their parameters have few values by type. */
import type { File, Node } from '@babel/types';
import { ComplexityCount } from '../dev/complexity.ts';
import type { SourceModule } from '../source/source-model.ts';
import { walk } from '../source/walk.ts';
import type { FiniteParameter } from './pairwise.ts';

export interface ExportedFunction {
  /** As others import it. */
  readonly name: string;
  readonly line: number;
  /** McCabe's. */
  readonly complexity: number;
  readonly parameters: readonly FiniteParameter[];
}

const MAX_VALUES = 8;
const MAX_PARAMETERS = 6;

/** In source order; re-exports belong to the module that declares them. */
export function exportedFunctions({ path, exports }: SourceModule, ast: File): ExportedFunction[] {
  const wanted = exports.filter(({ kind }) => kind === 'function' || kind === 'default');
  if (wanted.length === 0) return [];
  const count = new ComplexityCount(path);
  const functions = new Map<string, Node>();
  walk(ast.program, (node, ancestors) => {
    count.visit(node, ancestors);
    const parent = ancestors.at(-1);
    if (ancestors.length > 4) return;
    if (node.type === 'FunctionDeclaration') functions.set(node.id?.name ?? 'default', node);
    else if (
      (node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression') &&
      parent?.type === 'VariableDeclarator' &&
      parent.id.type === 'Identifier'
    )
      functions.set(parent.id.name, node);
  });
  const results = count.results();
  const types = finiteTypes(ast);
  return wanted.flatMap(({ name, localName }) => {
    const node = functions.get(localName ?? name);
    if (node === undefined || !('params' in node)) return [];
    const line = node.loc?.start.line ?? 1;
    const complexity =
      results.find((one) => one.line === line && one.endLine === node.loc?.end.line)?.complexity ?? 1;
    const parameters = (node.params as Node[])
      .map((one) => finiteParameter(one, types))
      .filter((one) => one !== undefined)
      .slice(0, MAX_PARAMETERS);
    return [{ name, line, complexity, parameters }];
  });
}

/** Values of enums and of unions of literals that the file itself declares. */
function finiteTypes({ program }: File): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, readonly string[]>();
  for (const statement of program.body) {
    const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (node?.type === 'TSTypeAliasDeclaration') {
      const values = valuesOf(node.typeAnnotation, types);
      if (values !== undefined) types.set(node.id.name, values);
    } else if (node?.type === 'TSEnumDeclaration') {
      const members = 'body' in node && node.body != null ? node.body.members : [];
      const values = members.flatMap(({ id }) =>
        id.type === 'Identifier' ? [`${node.id.name}.${id.name}`] : [],
      );
      if (values.length > 0) types.set(node.id.name, values.slice(0, MAX_VALUES));
    }
  }
  return types;
}

function finiteParameter(
  wrapped: Node,
  types: ReadonlyMap<string, readonly string[]>,
): FiniteParameter | undefined {
  const isDefaulted = wrapped.type === 'AssignmentPattern';
  const node = isDefaulted ? wrapped.left : wrapped;
  if (node.type !== 'Identifier' || node.typeAnnotation?.type !== 'TSTypeAnnotation') {
    // A default that is true or false says the type as well.
    const isFlag = isDefaulted && node.type === 'Identifier' && wrapped.right.type === 'BooleanLiteral';
    return isFlag ? { name: node.name, values: ['false', 'true'] } : undefined;
  }
  const values = valuesOf(node.typeAnnotation.typeAnnotation, types);
  if (values === undefined) return undefined;
  const isOptional = isDefaulted || node.optional === true;
  const all = isOptional && !values.includes('undefined') ? [...values, 'undefined'] : values;
  return all.length > 1 && all.length <= MAX_VALUES ? { name: node.name, values: all } : undefined;
}

function valuesOf(type: Node, types: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  switch (type.type) {
    case 'TSBooleanKeyword':
      return ['false', 'true'];
    case 'TSNullKeyword':
      return ['null'];
    case 'TSUndefinedKeyword':
      return ['undefined'];
    case 'TSLiteralType': {
      const { literal } = type;
      if (literal.type === 'StringLiteral') return [JSON.stringify(literal.value.slice(0, 60))];
      return literal.type === 'NumericLiteral' || literal.type === 'BooleanLiteral'
        ? [String(literal.value)]
        : undefined;
    }
    case 'TSUnionType': {
      const parts = type.types.map((one) => valuesOf(one, types));
      if (parts.some((one) => one === undefined)) return undefined;
      const values = [...new Set(parts.flatMap((one) => one ?? []))];
      return values.length <= MAX_VALUES ? values : undefined;
    }
    case 'TSTypeReference':
      return type.typeName.type === 'Identifier' ? types.get(type.typeName.name) : undefined;
    default:
      return undefined;
  }
}
