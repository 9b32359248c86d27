/** The logger's own redaction: secrets known by value, and whatever stands under a name that promises a secret. */
import { errorToJson } from '../shared/errors.ts';
import { isPlainObject } from '../shared/json.ts';

/** What stands in place of a secret. */
const REDACTED = '[redacted]';

const DEEPEST = 20;
const MOST_MEMBERS = 1000;
/** Shorter values would hide half of every text. */
const SHORTEST_SECRET = 4;
const NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'passwd',
  'pwd',
]);
const ENDINGS = [
  'password',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'privatekey',
  'accesskey',
  'secretkey',
  'credentials',
];

/**
 * A JSON-safe copy of a value without secrets. Strings lose every text in `secrets` of 4 characters and up, wherever
 * it stands; a member called `password`, `X-Api-Key`, `authToken` … is hidden whole. Errors keep name, code, message,
 * details, causes and stack; what refers to itself, lies deeper than 20 levels or throws when looked at is named so.
 * Never throws.
 */
export function redactFields(value: unknown, secrets: Iterable<string> = []): unknown {
  // The longest first: one secret may be the beginning of another.
  const values = [...secrets]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  return walk(value, values, []);
}

/** True for a name under which nothing is shown. */
function isSecretFieldName(name: string): boolean {
  if (name.length > 100) return false;
  const plain = name.toLowerCase().replaceAll(/[-_ .]/g, '');
  return NAMES.has(plain) || ENDINGS.some((ending) => plain.endsWith(ending));
}

function walk(value: unknown, secrets: readonly string[], above: readonly object[]): unknown {
  if (typeof value === 'string') return hide(value, secrets);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= DEEPEST) return '[too deep]';
  try {
    return walkObject(value, secrets, [...above, value]);
  } catch {
    return '[unreadable]';
  }
}

function walkObject(value: object, secrets: readonly string[], path: readonly object[]): unknown {
  if (value instanceof Error) {
    const json = errorToJson(value);
    return walkMembers(
      { ...json, ...(value.stack === undefined ? {} : { stack: value.stack }) },
      secrets,
      path,
    );
  }
  if (Array.isArray(value)) return value.slice(0, MOST_MEMBERS).map((item) => walk(item, secrets, path));
  if (value instanceof Map) return walkMembers(Object.fromEntries(value), secrets, path);
  if (value instanceof Set) return walk([...value], secrets, path);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return walk((toJSON as () => unknown).call(value), secrets, path);
  return walkMembers(isPlainObject(value) ? value : { ...value }, secrets, path);
}

function walkMembers(
  members: Record<string, unknown>,
  secrets: readonly string[],
  path: readonly object[],
): unknown {
  const kept: [string, unknown][] = [];
  for (const key of Object.keys(members).slice(0, MOST_MEMBERS)) {
    kept.push([hide(key, secrets), memberOf(members, key, secrets, path)]);
  }
  return Object.fromEntries(kept);
}

function memberOf(
  members: Record<string, unknown>,
  key: string,
  secrets: readonly string[],
  path: readonly object[],
): unknown {
  try {
    const value = members[key];
    const isEmpty = value === undefined || value === null || value === '' || typeof value === 'boolean';
    // `password: true` says that there is one and not which.
    if (isSecretFieldName(key) && !isEmpty) return REDACTED;
    // Of several: `tokens: ['…']` hides, while `promptTokens: 12` counts.
    if (isSecretFieldName(key.replace(/s$/i, '')) && !isEmpty && typeof value !== 'number') return REDACTED;
    return walk(value, secrets, path);
  } catch {
    return '[unreadable]';
  }
}

function hide(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) result = result.replaceAll(secret, REDACTED);
  return result;
}
