/** What is known of names and types in scripts: where requests come in, what makes values harmless, what keeps them as they are. */
import type { Node } from '@babel/types';

/** Names under which handlers get a request or what holds it. */
export const REQUEST_OBJECTS = new Set(['req', 'request', 'ctx', 'context', 'event', 'c']);
/** Members of a request that a stranger fills. */
export const REQUEST_PARTS = new Set([
  'params',
  'query',
  'body',
  'headers',
  'cookies',
  'queryStringParameters',
  'pathParameters',
  'searchParams',
]);
/** Methods of a request that give what a stranger sent. */
export const REQUEST_CALLS = new Set(['param', 'query', 'header', 'formData', 'json', 'text']);
/** Operators whose result is a number or a truth value. */
export const NUMERIC_OPERATORS = new Set([
  '-',
  '*',
  '/',
  '%',
  '**',
  '|',
  '&',
  '^',
  '<<',
  '>>',
  '>>>',
  '==',
  '===',
  '!=',
  '!==',
  '<',
  '>',
  '<=',
  '>=',
  'in',
  'instanceof',
]);
/** Functions whose result is a number or a truth value. */
export const NUMERIC_CALLS = new Set(['Number', 'parseInt', 'parseFloat', 'Boolean', 'BigInt', 'isNaN']);
/** Methods whose result is harmless whatever they are given. */
export const NUMERIC_METHODS = new Set([
  'indexOf',
  'getTime',
  'now',
  'toFixed',
  'floor',
  'round',
  'ceil',
  'max',
  'min',
  'abs',
  'trunc',
  'has',
  'includes',
  'startsWith',
  'test',
  'toISOString',
  'random',
  'randomUUID',
]);
/** Wrapping a value in one of these makes it safe to put into a statement or a command. */
export const CLEANER = /escape|quote|sanit[iy]|identifier$|slug|literal$|validate|allow|toInt|assertSafe/i;
/** Things around a program that no stranger sets. */
export const AMBIENT = new Set(['__dirname', '__filename', 'undefined', 'NaN', 'Infinity']);

/** Methods that give back what they were called on in another form: fixed in, fixed out. */
export const KEEPING_METHODS = new Set(
  'join resolve normalize trim trimStart trimEnd toLowerCase toUpperCase slice substring substr replace replaceAll concat repeat fill split padStart padEnd toString filter reverse sort keys values entries get from of at flat map raw format relative dirname extname toSorted'.split(
    ' ',
  ),
);

/** Numbers, booleans and unions of literals can't carry an attack. */
export function isHarmlessType(pattern: Node | undefined): boolean {
  const annotation =
    pattern?.type === 'Identifier' && pattern.typeAnnotation?.type === 'TSTypeAnnotation'
      ? pattern.typeAnnotation.typeAnnotation
      : undefined;
  if (annotation === undefined) return false;
  const isHarmless = (type: Node): boolean =>
    type.type === 'TSNumberKeyword' ||
    type.type === 'TSBooleanKeyword' ||
    type.type === 'TSLiteralType' ||
    type.type === 'TSBigIntKeyword' ||
    type.type === 'TSUndefinedKeyword' ||
    type.type === 'TSNullKeyword' ||
    (type.type === 'TSUnionType' && type.types.every(isHarmless));
  return isHarmless(annotation);
}

const CONTEXT_MEMBERS = new Set(['req', 'request', 'res', 'response', 'reply']);
const CONTEXT_TYPE =
  /(?:Request|Route|Http|Handler|Loader|Action)\w*(?:Context|Event|Args)$|^(?:Express|Fastify|Koa|Http|Next|Incoming|Server)?Request$/;

/** True for the one object that many routers and frameworks give to a handler: `({ request, params, url }) => …`. */
export function isHandlerContext(parameter: Node | undefined): boolean {
  if (parameter?.type !== 'ObjectPattern') return false;
  const annotation =
    parameter.typeAnnotation?.type === 'TSTypeAnnotation'
      ? parameter.typeAnnotation.typeAnnotation
      : undefined;
  if (
    annotation?.type === 'TSTypeReference' &&
    annotation.typeName.type === 'Identifier' &&
    CONTEXT_TYPE.test(annotation.typeName.name)
  )
    return true;
  return parameter.properties.some(
    (property) =>
      property.type === 'ObjectProperty' &&
      property.key.type === 'Identifier' &&
      CONTEXT_MEMBERS.has(property.key.name),
  );
}
