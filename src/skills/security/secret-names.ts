/** Which names hold a secret: `dbPassword`, `JWT_SECRET`, `stripe-api-key`; not `tokenType`, `password_hash`, `maxTokens`. */
import type { SecretNameSort } from './secret-strength.ts';

const PASSWORD = new Set(['password', 'passwd', 'passphrase', 'pwd', 'passwort']);
const TOKEN = new Set([
  'secret',
  'token',
  'apikey',
  'credential',
  'credentials',
  'apitoken',
  'authtoken',
  'accesstoken',
]);
const KEY_KINDS = new Set(
  'api access secret private auth encryption signing master account subscription hmac aes jwt cookie session storage license'.split(
    ' ',
  ),
);
const PASSWORD_TAILS = ['password', 'passwd', 'passphrase'];
const TOKEN_TAILS = [
  'secret',
  'apikey',
  'secretkey',
  'accesskey',
  'privatekey',
  'authtoken',
  'accesstoken',
  'authkey',
];
/** Words after the one that counts which do not change what the name holds. */
const SUFFIXES = new Set(
  'prod production dev development staging live test default fallback value b64 base64 hex old new current primary secondary'.split(
    ' ',
  ),
);
const OTHER_FIRST = new Set([
  'csrf',
  'xsrf',
  'public',
  'cancel',
  'abort',
  'next',
  'page',
  'continuation',
  'design',
  'lexer',
  'syntax',
  'mask',
  'masked',
  'fake',
  'mock',
  'dummy',
  'invalid',
  'wrong',
  'expected',
  'publishable',
]);

/** What sort of secret a name holds, or undefined when it holds none. */
export function secretNameSort(name: string): SecretNameSort | undefined {
  const parts = wordsOf(name);
  while (parts.length > 1 && (SUFFIXES.has(parts.at(-1) ?? '') || /^v?\d+$/.test(parts.at(-1) ?? '')))
    parts.pop();
  const last = parts.at(-1);
  if (last === undefined || OTHER_FIRST.has(parts[0] ?? '')) return undefined;
  if (PASSWORD.has(last) || PASSWORD_TAILS.some((tail) => last.endsWith(tail))) return 'password';
  if (TOKEN.has(last) || TOKEN_TAILS.some((tail) => last.endsWith(tail))) return 'token';
  return last === 'key' && KEY_KINDS.has(parts.at(-2) ?? '') ? 'token' : undefined;
}

/** The words of a name in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` give the same two. */
export function wordsOf(name: string): string[] {
  return name
    .split(/[^A-Za-z0-9]+/)
    .flatMap((part) => part.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/))
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}
