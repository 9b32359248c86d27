/** Where a program is entered and where it reaches out, by the syntax tree of one module. */
import type { File, Node } from '@babel/types';
import { walk } from '../source/walk.ts';
import { bare, isFunction, isScope, memberName, Scopes } from './script-scopes.ts';
import { TRUST, Tracer } from './script-trace.ts';

export const ENTRY_KINDS = ['http', 'cli', 'queue', 'schedule', 'socket'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
export const SINK_KINDS = ['database', 'files', 'process', 'network', 'code'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

export interface EntryPoint {
  readonly kind: EntryKind;
  readonly line: number;
  /** `GET /orders/:id`, `process.argv`. */
  readonly name: string;
  /** The handler when it is written in place. */
  readonly handler: Node | undefined;
  /** True when a guard stands in the route's own list, or a check of the caller in the handler. */
  readonly isGuarded: boolean;
}

export interface Sink {
  readonly kind: SinkKind;
  readonly line: number;
  /** The call as written: `db.query`. */
  readonly name: string;
  /** How far what is given can be trusted. */
  readonly trust: 'constant' | 'unknown' | 'input' | 'request';
  /** A check or validation that stands in the same function before the call. */
  readonly checkLine: number | undefined;
}

const VERBS = /^(?:get|post|put|patch|delete|all|route|head|options)$/;
const ROUTERS = /(?:^|\b)(?:app|router|server|api|fastify|routes?|http)$|Router$|App$/i;
const GUARDS = /auth|login|session|permission|role|guard|protect|verify|token|acl|policy|csrf|owner/i;
const CHECKS =
  /valid|sanit|check|assert|ensure|parse|schema|allow|authoriz|authenticat|escape|isInside|basename|safe/i;
const QUEUES = /^(?:consume|subscribe|process|onMessage|eachMessage|addConsumer)$/;
const QUEUE_MODULES = /^(?:amqplib|bull|bullmq|kafkajs|nats|mqtt|@aws-sdk\/client-sqs|rhea|ioredis|redis)$/;
const DATABASES =
  /^(?:pg|mysql2?|sqlite|better-sqlite3|sqlite3|mongodb|mongoose|redis|ioredis|knex|drizzle-orm|@prisma\/client|typeorm|sequelize|postgres|mssql|oracledb)(?:\/|$)/;
const DATABASE_CALLS =
  /^(?:query|execute|exec|prepare|run|all|insertOne|insertMany|find|findOne|updateOne|deleteOne|aggregate|create|save|raw|\$queryRaw\w*|\$executeRaw\w*)$/;
const FILE_CALLS =
  /^(?:(?:read|write|append|copy|truncate)File|create(?:Read|Write)Stream|open|unlink|rm|rmdir|readdir|rename|mkdir|cp|chmod)(?:Sync)?$/;
const NETWORK_MODULES = /^(?:https?|net|tls|dgram|axios|got|undici|node-fetch|ky|superagent|nodemailer)$/;
const LEVELS = ['constant', 'unknown', 'input', 'request'] as const;

/** Entries and sinks of one module, in source order. */
export function readThreats(file: File): {
  readonly entries: readonly EntryPoint[];
  readonly sinks: readonly Sink[];
} {
  const scopes = new Scopes(file);
  const tracer = new Tracer(scopes);
  const entries: EntryPoint[] = [];
  const sinks: Sink[] = [];
  const modules = new Set<string>();
  const addModule = (name: string): unknown => modules.add(name.replace(/^node:/, ''));
  walk(file.program, (node) => {
    if (node.type === 'ImportDeclaration') addModule(node.source.value);
    // What is required, or imported on demand, is loaded as well.
    if (node.type !== 'CallExpression') return;
    const [first] = node.arguments;
    if ((isNamed(node.callee, 'require') || node.callee.type === 'Import') && first?.type === 'StringLiteral')
      addModule(first.value);
  });
  const usesQueue = [...modules].some((name) => QUEUE_MODULES.test(name));
  const usesDatabase = [...modules].some((name) => DATABASES.test(name));
  let hasArguments = false;
  walk(file.program, (node, ancestors) => {
    if (
      node.type === 'MemberExpression' &&
      memberName(node) === 'argv' &&
      isNamed(node.object, 'process') &&
      !hasArguments
    ) {
      hasArguments = true;
      entries.push({
        kind: 'cli',
        line: lineOf(node),
        name: 'process.argv',
        handler: undefined,
        isGuarded: false,
      });
    }
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return;
    const scope = ancestors.findLast(isScope) ?? scopes.root;
    const callee = bare(node.callee);
    const method = memberName(callee) ?? (callee.type === 'Identifier' ? callee.name : '');
    const origin = tracer.origin(node.callee, scope);
    const entry = entryOf(node, callee, method, { usesQueue, module: origin?.module });
    if (entry !== undefined) entries.push(entry);
    const kind = sinkKind(callee, method, origin, usesDatabase, tracer.isDeclared(method, scope));
    if (kind === undefined) return;
    const trust = Math.max(0, ...node.arguments.map((one) => tracer.trust(one, scope)));
    sinks.push({
      kind,
      line: lineOf(node),
      name: textOf(callee),
      trust: LEVELS[trust] ?? 'unknown',
      checkLine: trust === TRUST.CONSTANT ? undefined : checkBefore(node, ancestors),
    });
  });
  return { entries, sinks };
}

function entryOf(
  node: Node & { readonly arguments: readonly Node[] },
  callee: Node,
  method: string,
  { usesQueue, module }: { readonly usesQueue: boolean; readonly module: string | undefined },
): EntryPoint | undefined {
  const given = node.arguments;
  const handler = given.findLast(isFunction);
  const [first] = given;
  const object = callee.type === 'MemberExpression' ? bare(callee.object) : undefined;
  const base = { line: lineOf(node), handler };
  if (
    VERBS.test(method) &&
    object !== undefined &&
    first?.type === 'StringLiteral' &&
    given.length > 1 &&
    /^[/*]/.test(first.value) &&
    ROUTERS.test(textOf(object))
  ) {
    const guards = given.slice(1, -1).some((one) => GUARDS.test(textOf(one)));
    return {
      ...base,
      kind: 'http',
      name: `${method.toUpperCase()} ${first.value}`.slice(0, 200),
      isGuarded: guards || isGuardedInside(handler),
    };
  }
  if (method === 'createServer' && (module === 'http' || module === 'https' || module === 'http2'))
    return { ...base, kind: 'http', name: `${module}.createServer`, isGuarded: isGuardedInside(handler) };
  if ((method === 'createServer' && (module === 'net' || module === 'tls')) || method === 'WebSocketServer')
    return { ...base, kind: 'socket', name: method, isGuarded: isGuardedInside(handler) };
  if (usesQueue && QUEUES.test(method) && object !== undefined)
    return {
      ...base,
      kind: 'queue',
      name: first?.type === 'StringLiteral' ? first.value.slice(0, 200) : textOf(callee),
      isGuarded: false,
    };
  if ((method === 'Worker' || method === 'Queue') && module === 'bullmq')
    return {
      ...base,
      kind: 'queue',
      name: first?.type === 'StringLiteral' ? first.value.slice(0, 200) : method,
      isGuarded: false,
    };
  if (method === 'schedule' && module !== undefined && /cron/.test(module))
    return { ...base, kind: 'schedule', name: textOf(callee), isGuarded: false };
  return undefined;
}

function sinkKind(
  callee: Node,
  method: string,
  origin: { readonly module: string; readonly name: string } | undefined,
  usesDatabase: boolean,
  isOwn: boolean,
): SinkKind | undefined {
  if (origin?.module === 'child_process') return 'process';
  if (origin?.module === 'fs') return FILE_CALLS.test(origin.name) ? 'files' : undefined;
  if (origin?.module === 'vm') return 'code';
  if (callee.type === 'Identifier' && !isOwn) {
    if (method === 'eval' || method === 'Function') return 'code';
    if (method === 'fetch') return 'network';
  }
  if (
    origin !== undefined &&
    NETWORK_MODULES.test(origin.module) &&
    !/^(?:createServer|Agent|Server)$/.test(method)
  )
    return 'network';
  const isCall = callee.type === 'MemberExpression' && DATABASE_CALLS.test(method);
  if (
    isCall &&
    (usesDatabase ||
      /(?:^|\.)(?:db|database|pool|knex|prisma|connection|conn|collection|client)$/i.test(
        textOf(callee.object),
      ))
  )
    return /^(?:run|all|find|create|save|exec)$/.test(method) &&
      !/db|database|pool|statement|collection|repo|model|prisma/i.test(textOf(callee.object))
      ? undefined
      : 'database';
  return undefined;
}

/** The line of a check that a function around a call makes before it. */
function checkBefore(call: Node, ancestors: readonly Node[]): number | undefined {
  const around = ancestors.findLast(isFunction);
  if (around === undefined) return undefined;
  let line: number | undefined;
  walk(around, (node) => {
    if (node === call || line !== undefined) return false;
    if ((node.start ?? 0) >= (call.start ?? 0)) return false;
    if (node.type === 'CallExpression' && CHECKS.test(textOf(bare(node.callee)).split('.').at(-1) ?? ''))
      line = lineOf(node);
    return undefined;
  });
  return line;
}

function isGuardedInside(handler: Node | undefined): boolean {
  let isFound = false;
  if (handler !== undefined)
    walk(handler, (node) => {
      if (node.type === 'CallExpression' && GUARDS.test(textOf(bare(node.callee)).split('.').at(-1) ?? ''))
        isFound = true;
      return isFound ? false : undefined;
    });
  return isFound;
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function lineOf(node: Node): number {
  return node.loc?.start.line ?? 1;
}

/** A callee as dotted names, as far as they are known. */
function textOf(node: Node): string {
  const names: string[] = [];
  let at: Node = bare(node);
  for (let depth = 0; depth < 6; depth += 1) {
    if (at.type === 'Identifier') return [at.name, ...names].join('.').slice(0, 120);
    if (at.type === 'ThisExpression') return ['this', ...names].join('.').slice(0, 120);
    const name = memberName(at);
    if (name !== undefined) names.unshift(name);
    if (at.type === 'MemberExpression' || at.type === 'OptionalMemberExpression') at = bare(at.object);
    else if (at.type === 'CallExpression') at = bare(at.callee);
    else break;
  }
  return names.join('.').slice(0, 120);
}
