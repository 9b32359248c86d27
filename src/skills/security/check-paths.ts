/** File paths that a request decides. */
import type { Node } from '@babel/types';
import { walk } from '../source/walk.ts';
import { bare, isFunction, memberName } from './script-scopes.ts';
import { hitAt, type Place, type SecurityHit } from './script-sink.ts';
import { TRUST } from './script-trace.ts';

const FILE_CALLS =
  /^(?:(?:read|write|append|copy|truncate)File(?:Sync)?|create(?:Read|Write)Stream|open(?:Sync)?|(?:unlink|rm|rmdir|readdir|rename|mkdir|cp)(?:Sync)?|readJson(?:Sync)?|writeJson(?:Sync)?|outputFile(?:Sync)?|remove(?:Sync)?)$/;
const SEND_CALLS = new Set(['sendFile', 'download', 'sendfile']);
const GUARD_CALLS =
  /^(?:startsWith|relative|basename|includes|has|test|match|indexOf|hasOwn|is(?:Inside|Within|Safe|Valid|Allowed)\w*)$|valid|sanit|check|assert|ensure|safe|allow|inside|within/i;

/** Checks a call that opens, writes or sends a file. */
export function checkPath(place: Place): SecurityHit | undefined {
  const { node, scope, tracer, ancestors } = place;
  if (node.type !== 'CallExpression') return undefined;
  const method = memberName(bare(node.callee)) ?? '';
  const isSend = SEND_CALLS.has(method);
  const origin = isSend ? undefined : tracer.origin(node.callee, scope);
  if (!isSend && (origin?.module !== 'fs' || !FILE_CALLS.test(origin.name))) return undefined;
  const [path] = node.arguments;
  if (path === undefined) return undefined;
  // Express resolves inside `root` and refuses paths that leave it.
  if (isSend && node.arguments.some((argument) => tracer.option(argument, 'root', scope) !== undefined))
    return undefined;
  const names = new Set<string>();
  if (tracer.trust(path, scope, names) !== TRUST.REQUEST) return undefined;
  if (isGuarded(node, ancestors, names)) return undefined;
  return hitAt(
    node,
    'path-traversal',
    `The path given to ${isSend ? method : (origin?.name ?? method)} comes from a request and is not checked.`,
  );
}

/** True when the functions around the call check one of the names first. */
function isGuarded(call: Node, ancestors: readonly Node[], names: ReadonlySet<string>): boolean {
  const around = ancestors.filter(isFunction);
  let isFound = false;
  for (const root of around) {
    walk(root, (node) => {
      if (isFound || node === call) return false;
      if (node.type === 'SwitchStatement') isFound ||= mentions(node.discriminant, names);
      if (node.type !== 'CallExpression') return undefined;
      const callee = bare(node.callee);
      const name = memberName(callee) ?? (callee.type === 'Identifier' ? callee.name : '');
      if (GUARD_CALLS.test(name) && !isRouting(name, node.arguments))
        isFound = [callee, ...node.arguments].some((one) => mentions(one, names));
      return undefined;
    });
  }
  return isFound;
}

/** `pathname.startsWith('/static/')` chooses what to do; it does not say that the path stays inside a folder. */
function isRouting(name: string, given: readonly Node[]): boolean {
  if (name !== 'startsWith' && name !== 'includes' && name !== 'indexOf') return false;
  const [first] = given;
  return first?.type === 'StringLiteral' && !/\.\.|^[./\\\0]$/.test(first.value);
}

function mentions(root: Node, names: ReadonlySet<string>): boolean {
  let isFound = false;
  walk(root, (node) => {
    // The request itself is everywhere; only what was taken from it counts.
    if (
      node.type === 'Identifier' &&
      names.has(node.name) &&
      !/^(?:req|request|ctx|context|c|event|res|response|path|fs)$/.test(node.name)
    )
      isFound = true;
    if (
      node.type === 'MemberExpression' &&
      node.object.type === 'MemberExpression' &&
      isRequest(node.object.object)
    )
      isFound = true;
    return isFound ? false : undefined;
  });
  return isFound;
}

function isRequest(node: Node): boolean {
  return node.type === 'Identifier' && /^(?:req|request|ctx|context|c|event)$/.test(node.name);
}
