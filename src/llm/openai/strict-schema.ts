/**
 * Whether a JSON Schema is one that an endpoint can hold a model to word by word ("strict" mode): objects list all
 * their members as required and allow no others. Source: https://platform.openai.com/docs/guides/structured-outputs
 */
import { isPlainObject } from '../../shared/json.ts';

/** Words that strict mode does not know. */
const UNKNOWN_WORDS = [
  'oneOf',
  'allOf',
  'not',
  'patternProperties',
  'prefixItems',
  'propertyNames',
  'if',
  'dependentSchemas',
];

export function isStrict(schema: unknown): boolean {
  return isPlainObject(schema) && schema['type'] === 'object' && isStrictPart(schema, 0);
}

function isStrictPart(schema: unknown, depth: number): boolean {
  if (Array.isArray(schema)) return schema.every((part) => isStrictPart(part, depth + 1));
  if (!isPlainObject(schema)) return true;
  if (depth > 100 || UNKNOWN_WORDS.some((word) => word in schema)) return false;
  const { properties, type, additionalProperties, required } = schema;
  if (type === 'object' || properties !== undefined) {
    if (!isPlainObject(properties) || additionalProperties !== false || !Array.isArray(required))
      return false;
    if (!Object.keys(properties).every((name) => required.includes(name))) return false;
    if (!Object.values(properties).every((part) => isStrictPart(part, depth + 1))) return false;
  }
  return ['items', 'anyOf', '$defs', 'definitions'].every((word) => {
    const part = schema[word];
    return isPlainObject(part) && (word === '$defs' || word === 'definitions')
      ? Object.values(part).every((each) => isStrictPart(each, depth + 1))
      : isStrictPart(part, depth + 1);
  });
}
