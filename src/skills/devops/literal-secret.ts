/** Tells a secret that somebody wrote down from a placeholder, a reference or a setting that only sounds like one. */

/** Words that make a name secret-like when they are one of its parts. */
const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'pass',
  'secret',
  'secrets',
  'token',
  'apikey',
  'credential',
  'credentials',
]);
/** Two parts in a row that make a name secret-like: `API_KEY`. */
const SECRET_PAIRS = new Set([
  'api key',
  'access key',
  'private key',
  'secret key',
  'auth key',
  'encryption key',
  'signing key',
  'account key',
  'master key',
  'license key',
]);
/** Last parts that say the value is about a secret, not the secret: a path, a name, a size. */
const ABOUT_WORDS = new Set([
  'file',
  'path',
  'dir',
  'directory',
  'name',
  'id',
  'ttl',
  'expiry',
  'expires',
  'expiration',
  'lifetime',
  'length',
  'size',
  'min',
  'max',
  'limit',
  'count',
  'algorithm',
  'algo',
  'type',
  'header',
  'enabled',
  'disabled',
  'required',
  'policy',
  'url',
  'uri',
  'endpoint',
  'host',
  'issuer',
  'audience',
  'prefix',
  'suffix',
  'version',
  'format',
  'mode',
  'provider',
  'store',
  'manager',
  'field',
  'env',
  'var',
  'location',
  'rotation',
  'age',
  'timeout',
  'rounds',
  'hash',
]);
const PLACEHOLDER_WORDS = new Set([
  'changeme',
  'change',
  'me',
  'this',
  'placeholder',
  'example',
  'examples',
  'sample',
  'dummy',
  'fake',
  'todo',
  'replace',
  'replaceme',
  'your',
  'my',
  'here',
  'with',
  'value',
  'insert',
  'set',
  'none',
  'null',
  'undefined',
  'empty',
  'unset',
  'redacted',
  'secret',
  'key',
  'token',
  'password',
  'not',
  'a',
  'an',
  'the',
  'real',
  'it',
  'to',
  'in',
  'override',
  'overridden',
  'at',
  'runtime',
  'build',
  'time',
  'only',
  'for',
  'ci',
  'api',
  'xxx',
  'invalid',
  'unused',
  'notset',
  'insecure',
]);
/** Values of throw-away services on a developer's machine. */
const DEVELOPMENT_WORDS = new Set([
  'pass',
  'passwd',
  'pw',
  'test',
  'testing',
  'tests',
  'dev',
  'develop',
  'development',
  'local',
  'localhost',
  'demo',
  'root',
  'admin',
  'administrator',
  'user',
  'username',
  'guest',
  'default',
  'postgres',
  'postgresql',
  'bitnami',
  'wordpress',
  'some',
  'mysql',
  'mariadb',
  'mongo',
  'mongodb',
  'redis',
  'rabbitmq',
  'minio',
  'minioadmin',
  'db',
  'database',
  'app',
  'foo',
  'bar',
  'foobar',
  'baz',
  'qwerty',
  'abc',
  'service',
  'data',
  'rootpassword',
  'rootpass',
  'testpassword',
  'mypassword',
  'mysecret',
  'devpassword',
  'keycloak',
  'grafana',
  'airflow',
  'elastic',
]);
/** Shapes of keys that are secrets under any name. */
const KNOWN_SHAPES = [
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_[A-Za-z0-9_]{22,255}/,
  /\bglpat-[A-Za-z0-9_-]{20}/,
  /\bxox[baprs]-[A-Za-z0-9-]{10,200}/,
  /\b[sr]k_live_[A-Za-z0-9]{16,200}/,
  /\bnpm_[A-Za-z0-9]{36}/,
  /\bAIza[0-9A-Za-z_-]{35}/,
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
];

/** True when a variable of this name holds a secret: `DB_PASSWORD`, `apiKey`; not `PASSWORD_FILE`, `MAX_TOKENS`. */
function isSecretName(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  if (words.length === 0 || ABOUT_WORDS.has(words.at(-1) ?? '')) return false;
  if (words.length === 1 && (words[0] === 'pwd' || words[0] === 'pass')) return false;
  return words.some((word, index) => {
    if (SECRET_WORDS.has(word) || /(?:password|secret|apikey)$/.test(word)) return true;
    return SECRET_PAIRS.has(`${word} ${words[index + 1] ?? ''}`);
  });
}

/**
 * The secret inside a setting, or undefined. `isDevelopment` also lets through what people write for throw-away
 * services: `postgres`, `dev-password`, a password equal to its user.
 */
export function literalSecret(
  name: string,
  value: string,
  {
    isDevelopment,
    userNames = [],
  }: { readonly isDevelopment: boolean; readonly userNames?: readonly string[] },
): string | undefined {
  const text = value.trim().slice(0, 4_000);
  for (const shape of KNOWN_SHAPES) {
    const match = shape.exec(text)?.[0];
    if (match !== undefined && !/EXAMPLE/i.test(match)) return match;
  }
  const credentials = /^[a-z][a-z\d+.-]{1,30}:\/\/([^\s/:@]{0,200}):([^\s/@]{1,200})@/i.exec(text);
  const candidate = credentials?.[2] ?? (isSecretName(name) ? text : undefined);
  if (candidate === undefined) return undefined;
  const users = credentials?.[1] === undefined ? userNames : [...userNames, credentials[1]];
  // A build that only needs some address is given one of this machine.
  const isLocal =
    credentials !== null &&
    /@(?:localhost|127\.0\.0\.1|\[::1\]|example\.\w+|dummy)\b|dummy|placeholder/i.test(text);
  return isPlaceholder(name, candidate, isDevelopment || isLocal, users) ? undefined : candidate;
}

function isPlaceholder(
  name: string,
  value: string,
  isDevelopment: boolean,
  userNames: readonly string[],
): boolean {
  if (value === '' || value.length < 4) return true;
  if (/[$<>{}]|^%.+%$|^@/.test(value)) return true;
  if (/^(?:\/|\.\.?\/|[a-z]+:\/\/|file:|arn:|vault:|op:\/\/)/i.test(value)) return true;
  if (/^(?:true|false|yes|no|on|off)$/i.test(value)) return true;
  if (/^(.)\1*$|^(?:x+|\*+|\.+|-+)$/i.test(value)) return true;
  if (/example|changeme|change[-_ ]me|placeholder|replace[-_ ]?(?:me|this|with)|your[-_ ]|dummy/i.test(value))
    return true;
  if (isDevelopment && userNames.includes(value)) return true;
  const words = value
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  if (words.length === 0) return isDevelopment || value.length < 6;
  const own = new Set(name.toLowerCase().split(/[^a-z]+/));
  const isWeak = (word: string): boolean =>
    PLACEHOLDER_WORDS.has(word) ||
    (isDevelopment && (DEVELOPMENT_WORDS.has(word) || own.has(word) || word.length < 2));
  return words.every((word) => isMadeOf(word, isWeak));
}

/** True when the word is weak words one after the other: `mysecretpassword`. */
function isMadeOf(word: string, isWeak: (part: string) => boolean): boolean {
  if (isWeak(word)) return true;
  if (word.length > 40) return false;
  const reached = new Set([0]);
  for (let end = 2; end <= word.length; end += 1) {
    for (const start of [...reached]) {
      if (end - start >= 2 && isWeak(word.slice(start, end))) reached.add(end);
    }
  }
  return reached.has(word.length);
}
