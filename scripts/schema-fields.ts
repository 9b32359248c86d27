/** A zod schema as a flat list of fields: `files[].path`, its type, whether it must be there, what is said of it. */
import { z } from 'zod';
import type { Schema } from '../src/contracts/schema.ts';

export interface SchemaField {
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly prefixItems?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** A list in a cell that is longer says nothing more. */
const MAX_VALUES = 12;

/** In the order of the schema; fields of fields follow their owner. */
export function schemaFields(schema: Schema, io: 'input' | 'output'): readonly SchemaField[] {
  if (schema['~standard'].vendor !== 'zod') return [];
  const root = z.toJSONSchema(schema as unknown as z.ZodType, { io, unrepresentable: 'any' }) as Node;
  return fieldsOf(root, '');
}

function fieldsOf(node: Node, prefix: string): readonly SchemaField[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const field = {
      path,
      type: typeOf(member),
      isRequired: node.required?.includes(name) === true,
      description: describe(member),
    };
    return [field, ...below(member, path)];
  });
  return own;
}

function below(node: Node, path: string): readonly SchemaField[] {
  if (node.properties !== undefined) return fieldsOf(node, `${path}.`);
  if (node.items !== undefined) return below(node.items, `${path}[]`);
  if (typeof node.additionalProperties === 'object') return below(node.additionalProperties, `${path}.*`);
  return unique(alternatives(node).flatMap((one) => below(one, path)));
}

/** Alternatives of a union may share fields. */
function unique(fields: readonly SchemaField[]): readonly SchemaField[] {
  const seen = new Map<string, SchemaField>();
  for (const field of fields) {
    const known = seen.get(field.path);
    const type = known === undefined ? field.type : [...new Set([known.type, field.type])].join(' or ');
    seen.set(field.path, { ...field, type });
  }
  return [...seen.values()];
}

function alternatives({ anyOf, oneOf }: Node): readonly Node[] {
  return anyOf ?? oneOf ?? [];
}

function typeOf(node: Node): string {
  if (node.$ref !== undefined) return 'the same again';
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) {
    const shown = node.enum.slice(0, MAX_VALUES).map((value) => JSON.stringify(value));
    return [...shown, ...(node.enum.length > MAX_VALUES ? ['…'] : [])].join(' or ');
  }
  const others = alternatives(node);
  if (others.length > 0) return [...new Set(others.map(typeOf))].join(' or ');
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`;
  if (node.prefixItems !== undefined) return `[${node.prefixItems.map(typeOf).join(', ')}]`;
  if (node.type === 'object' && node.properties === undefined)
    return typeof node.additionalProperties === 'object'
      ? `${typeOf(node.additionalProperties)} by name`
      : 'object';
  if (typeof node.type === 'string') return node.type;
  return node.type === undefined ? 'any JSON' : node.type.join(' or ');
}

function describe(node: Node): string {
  const bounds = [
    ...bound('from', node.minimum, Number.MIN_SAFE_INTEGER),
    ...bound('up to', node.maximum, Number.MAX_SAFE_INTEGER),
    ...(node.maxLength === undefined ? [] : [`up to ${figure(node.maxLength)} characters`]),
    ...(node.maxItems === undefined ? [] : [`up to ${figure(node.maxItems)} items`]),
    ...(node.default === undefined ? [] : [`default ${JSON.stringify(node.default)}`]),
  ];
  return [node.description, bounds.join(', ')].filter((text) => text !== undefined && text !== '').join('; ');
}

function bound(word: string, value: number | undefined, none: number): readonly string[] {
  return value === undefined || value === none ? [] : [`${word} ${figure(value)}`];
}

function figure(value: number): string {
  return value.toLocaleString('en-US');
}
