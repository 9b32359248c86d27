/** Takes secrets out of texts and JSON before anybody sees them: logs, errors, reports. */
import { checkText, checkTextArray } from '../shared/check.ts';
import { errorToJson, InvalidArgumentError } from '../shared/errors.ts';
import { isPlainObject } from '../shared/json.ts';
import { REDACTED, TOKEN_SHAPES, type TokenShape } from './token-shapes.ts';

/** Options of {@link createRedactor}. */
export interface RedactorOptions {
  /** Secrets known by value. Ones shorter than 4 characters are refused: they would hide half of every text. @default [] */
  readonly values?: readonly string[];
  /** Shapes of secrets besides the built-in ones. @default [] */
  readonly patterns?: readonly TokenShape[];
}

/** Hides secrets. It never changes what it is given. */
export interface Redactor {
  /** Registers another secret. Throws `InvalidArgumentError` for one shorter than 4 characters. */
  add(value: string): void;
  /** A text without secrets. */
  text(text: string): string;
  /**
   * A copy of a value in which strings, and whatever stands under a name such as `password` or `authorization`, hold
   * no secret. Errors become JSON; what refers to itself is cut.
   */
  value(value: unknown): unknown;
}

const SHORTEST_SECRET = 4;
const DEEPEST = 100;
/** Names, in lower case without `-`, `_` and blanks, under which nothing is shown. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  ...[
    'authorization',
    'proxyauthorization',
    'cookie',
    'setcookie',
    'credential',
    'credentials',
    'passphrase',
    'pwd',
  ],
  ...['passwd', 'connectionstring', 'bearer'],
]);
const SECRET_ENDINGS = ['password', 'secret', 'apikey', 'token', 'privatekey', 'accesskey', 'secretkey'];

/** Makes a redactor. A secret is also found where it is written for a URL, in base64 or as part of a JSON text. */
export function createRedactor({ values = [], patterns = [] }: RedactorOptions = {}): Redactor {
  const known = new Set<string>();
  for (const { name, pattern } of patterns) {
    if (!pattern.global)
      throw new InvalidArgumentError(`patterns.${name}`, 'a global regular expression', pattern.source);
  }
  const shapes = [...TOKEN_SHAPES, ...patterns];
  let valuePattern: RegExp | undefined;

  const add = (value: string): void => {
    if (checkText('value', value).length < SHORTEST_SECRET) {
      throw new InvalidArgumentError(
        'value',
        `a secret of ${SHORTEST_SECRET} characters and up`,
        `${value.length} characters`,
      );
    }
    for (const form of formsOf(value)) known.add(form);
    // The longest first: one secret may be the beginning of another.
    const longestFirst = [...known].sort((a, b) => b.length - a.length);
    valuePattern = new RegExp(longestFirst.map(escapePattern).join('|'), 'g');
  };
  for (const value of checkTextArray('values', values)) add(value);

  const text = (given: string): string => {
    let result = valuePattern === undefined ? given : given.replace(valuePattern, REDACTED);
    for (const { pattern, replacement } of shapes) result = result.replace(pattern, replacement);
    return result;
  };

  const walk = (value: unknown, isSecret: boolean, above: readonly object[]): unknown => {
    if (typeof value === 'string') return value !== '' && isSecret ? REDACTED : text(value);
    if (typeof value === 'number' || typeof value === 'bigint') return isSecret ? REDACTED : value;
    if (typeof value !== 'object' || value === null) return value;
    if (above.includes(value)) return '[circular]';
    if (above.length >= DEEPEST) return '[too deep]';
    const path = [...above, value];
    if (value instanceof Error) return walk(errorToJson(value), isSecret, path);
    if (Array.isArray(value)) return value.map((item) => walk(item, isSecret, path));
    if (!isPlainObject(value)) return walkOther(value, isSecret, path);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        text(key),
        walk(
          member,
          isSecret ||
            isSecretName(key) ||
            (typeof member !== 'number' && isSecretName(key.replace(/s$/i, ''))),
          path,
        ),
      ]),
    );
  };
  const walkOther = (value: object, isSecret: boolean, path: readonly object[]): unknown => {
    if (value instanceof Map) return walk(Object.fromEntries(value as Map<string, unknown>), isSecret, path);
    if (value instanceof Set) return walk([...value], isSecret, path);
    try {
      const { toJSON } = value as { toJSON?: unknown };
      if (typeof toJSON === 'function') return walk((toJSON as () => unknown).call(value), isSecret, path);
      return walk({ ...value }, isSecret, path);
    } catch {
      // A getter of a stranger's object threw: what can't be looked at can't be shown.
      return '[unreadable]';
    }
  };

  return { add, text, value: (value) => walk(value, false, []) };
}

/** True for a name whose value is a secret: `api_key`, `X-Auth-Token`, `dbPassword` … */
export function isSecretName(name: string): boolean {
  // A name this long is text, not a name.
  if (name.length > 100) return false;
  const plain = name.toLowerCase().replaceAll(/[-_ .]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

function formsOf(value: string): readonly string[] {
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '');
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_'),
  ];
  // A lone surrogate has no form in a URL.
  return value.isWellFormed() ? [...forms, encodeURIComponent(value)] : forms;
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
