/** SQL statements made of parts that are not fixed. */
import type { ArrayExpression, Node } from '@babel/types';
import { bare, memberName } from './script-scopes.ts';
import { hitAt, type Place, type SecurityHit } from './script-sink.ts';
import { textParts } from './script-text.ts';
import { TRUST, type Tracer, type Trust } from './script-trace.ts';

const METHODS = new Set(
  'query execute exec raw prepare all get run each iterate one many any none oneOrNone manyOrNone queryRaw $queryRawUnsafe $executeRawUnsafe unsafe executeSql batch execute_sql whereRaw havingRaw orderByRaw joinRaw selectRaw fromRaw'.split(
    ' ',
  ),
);
const FUNCTIONS = /^(?:query|execute|runQuery|executeQuery|rawQuery|sqlQuery|runSql|execSql|querySql)$/;
const FRAGMENT_METHODS = /^(?:where|having|orderBy|join|select|from)Raw$/;
const STATEMENT =
  /^[\s(]*(?:select\b[\s\S]{1,2000}?\bfrom\b|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\S+\s+set\b|delete\s+from\b|replace\s+into\b|merge\s+into\b|with\s+(?:recursive\s+)?\w+\s*(?:\([^)]{0,500}\)\s*)?as\b|(?:create|drop|alter|truncate)\s+(?:\w+\s+){0,4}?(?:table|view|index|database|user|role|schema|trigger)\b|grant\s+[\w\s,]{1,200}?\bon\b|call\s+[\w.]+\s*\(|exec(?:ute)?\s+(?:immediate\s|[\w.[\]]+\s*(?:[@?\x27(]|$))|pragma\s)/i;
/** What stands before a name of a table or column, which placeholders can't be used for. */
const NAME_POSITION =
  /\b(?:from|into|update|table|join|index|view|database|schema|by|pragma|exists|only|select)\s+["`[]?$|["`[]$|\w\.["`[]?$/i;

/** Names that callers give to pieces of statements: `filterQuery`, `whereClause`, `orderBySql`. */
const FRAGMENT_NAME =
  /^(?:sql|query|statement|clause|fragment|condition|subquery|cte)$|(?:Sql|SQL|Query|Statement|Clause|Fragment|Condition|Subquery|Cte|CTE)$|_(?:sql|query|statement|clause|fragment|condition)$/;

const MAX_TEXTS = 40;
const EMPTY = { type: 'StringLiteral', value: '' } as Node;

interface Text {
  readonly node: Node;
  readonly scope: Node;
}

/** Checks a call whose first argument is a statement. */
export function checkSql({ node, scope, tracer }: Place): SecurityHit | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [first] = node.arguments;
  const callee = bare(node.callee);
  const method = memberName(callee) ?? (callee.type === 'Identifier' ? callee.name : '');
  if (first === undefined || !(callee.type === 'Identifier' ? FUNCTIONS.test(method) : METHODS.has(method)))
    return undefined;
  const statement = tracer.option(first, 'text', scope) ??
    tracer.option(first, 'sql', scope) ?? { value: first, scope };
  const texts = withParts(
    tracer.text(statement.value, statement.scope).flatMap((text) => piecesOf(text, tracer)),
    tracer,
  );
  const head = texts
    .map(({ node: text }) => literalOf(text))
    .find((literal) => STATEMENT.test(literal.slice(0, 4000)));
  if (head === undefined && !FRAGMENT_METHODS.test(method)) return undefined;
  // Values travel beside the statement: what else is put into it is text that a builder made.
  const isBound = hasBoundValues(node.arguments[1]);
  let worst: Trust = TRUST.CONSTANT;
  let isName = true;
  for (const { node: text, scope: at } of texts) {
    const { literal, holes } = textParts(text);
    const before = literal.split('\u0000');
    for (const [index, hole] of holes.entries()) {
      if (isBuilt(hole, at, tracer)) continue;
      const trust = tracer.trust(hole, at);
      if (trust < TRUST.INPUT) continue;
      if (trust < TRUST.REQUEST && (isFragment(hole, literal) || (isBound && tracer.isMade(hole, at))))
        continue;
      worst = Math.max(worst, trust) as Trust;
      isName &&= NAME_POSITION.test((before[index] ?? '').slice(-60)) && trust < TRUST.REQUEST;
    }
  }
  if (worst < TRUST.INPUT) return undefined;
  const source = worst === TRUST.REQUEST ? 'a request' : 'a parameter';
  return hitAt(
    node,
    'sql-injection',
    isName
      ? `A name in the statement given to ${method} comes from ${source}.`
      : `The statement given to ${method} holds a value from ${source}.`,
    isName ? 'warning' : undefined,
  );
}

/** True for values given beside the statement: a list, an object or what a name stands for. */
function hasBoundValues(argument: Node | undefined): boolean {
  return argument !== undefined && !/Literal$|Function/.test(argument.type);
}

/** True for text that is SQL by its name, and for all of a raw fragment: whoever writes that text is to be judged. */
function isFragment(hole: Node, literal: string): boolean {
  if (/^[\s()]*$/.test(literal.replaceAll('\u0000', ''))) return true;
  const node = bare(hole);
  const name = node.type === 'Identifier' ? node.name : memberName(node);
  return name !== undefined && FRAGMENT_NAME.test(name);
}

/** A list that is joined to a statement, as the sum it stands for: `['DELETE FROM t WHERE id =', id].join(' ')`. */
function piecesOf(text: Text, tracer: Tracer): Text[] {
  const callee = text.node.type === 'CallExpression' ? bare(text.node.callee) : undefined;
  if (callee?.type !== 'MemberExpression' || memberName(callee) !== 'join') return [text];
  return tracer
    .text(callee.object, text.scope)
    .map(({ node, scope }) => ({ node: node.type === 'ArrayExpression' ? sumOf(node) : node, scope }));
}

function sumOf({ elements }: ArrayExpression): Node {
  return elements
    .filter((element) => element !== null)
    .map((element) => bare(element))
    .reduce<Node>((left, right) => ({ type: 'BinaryExpression', operator: '+', left, right }) as Node, EMPTY);
}

/** The texts, and after each those that names put into it stand for: `${sql} ORDER BY name`. */
function withParts(texts: readonly Text[], tracer: Tracer): Text[] {
  const all = [...texts];
  const seen = new Set(all.map(({ node }) => node));
  for (let index = 0; index < all.length && all.length < MAX_TEXTS; index += 1) {
    const { node, scope } = all[index] as Text;
    for (const hole of textParts(node).holes) {
      if (!isBuilt(hole, scope, tracer)) continue;
      for (const part of tracer.text(hole, scope)) {
        if (!seen.has(part.node)) all.push(part);
        seen.add(part.node);
      }
    }
  }
  return all;
}

/** True for a name that only stands for literals, templates and concatenations of this file. */
function isBuilt(hole: Node, scope: Node, tracer: Tracer): boolean {
  if (bare(hole).type !== 'Identifier') return false;
  return tracer
    .text(hole, scope)
    .every(
      ({ node }) =>
        node.type === 'TemplateLiteral' ||
        node.type === 'StringLiteral' ||
        (node.type === 'BinaryExpression' && node.operator === '+'),
    );
}

function literalOf(node: Node): string {
  return textParts(node).literal.replaceAll('\u0000', ' ? ');
}
