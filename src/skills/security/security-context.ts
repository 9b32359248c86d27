/** What names say about what a hash or a random value is for. */
import { wordsOf } from './secret-names.ts';

const SECRET_WORDS = new Set(
  'password passwd passphrase pwd passcode secret token signature credential credentials otp apikey csrf xsrf'.split(
    ' ',
  ),
);
const HASH_ONLY = new Set(['sign', 'signed', 'auth', 'session', 'authenticate', 'login']);
const MADE_ONLY = new Set(['nonce', 'salt', 'pin', 'totp', 'jti', 'sid', 'iv']);
const PAIRS = new Set(
  'api key|session id|access key|secret key|auth code|reset code|verification code|auth key|encryption key|invite code|recovery code|session key|private key|confirmation code|login code'.split(
    '|',
  ),
);
const HASH_BENIGN = new Set(
  'cache cached etag checksum integrity gravatar avatar revision dedupe dedup asset assets bundle chunk filename fingerprint content shard bucket memo memoize version'.split(
    ' ',
  ),
);
const RANDOM_BENIGN = new Set(
  'jitter delay backoff wait timeout ms milliseconds interval color colour shuffle sample mock fake dummy noise seed retry probability chance dice roll x y width height opacity position angle duration offset weight'.split(
    ' ',
  ),
);
const PLURAL_COUNTS = new Set([
  'count',
  'counts',
  'length',
  'size',
  'type',
  'index',
  'usage',
  'limit',
  'tokens',
  'total',
  'max',
  'min',
]);

/** True when a name speaks of something a weak hash endangers. */
export function isSecretContext(name: string): boolean {
  const words = wordsOf(name);
  if (PLURAL_COUNTS.has(words.at(-1) ?? '')) return false;
  return words.some((word) => SECRET_WORDS.has(word) || HASH_ONLY.has(word)) || hasPair(words);
}

/** True when a name says that the hash only tells versions apart. */
export function benignHash(name: string): boolean {
  return wordsOf(name).some((word) => HASH_BENIGN.has(word));
}

/** True when a variable or function of this name holds or makes a secret. */
export function makesSecrets(name: string): boolean {
  const words = wordsOf(name);
  if (PLURAL_COUNTS.has(words.at(-1) ?? '')) return false;
  // `tokenBucket`, `passwordField`: what counts is the end, or a maker's whole name.
  const end = words.slice(-2);
  return end.some((word) => SECRET_WORDS.has(word) || MADE_ONLY.has(word)) || hasPair(words);
}

/** True when a name says that nobody gains by guessing the value. */
export function benignRandom(name: string): boolean {
  return wordsOf(name).some((word) => RANDOM_BENIGN.has(word));
}

function hasPair(words: readonly string[]): boolean {
  return words.some((word, index) => PAIRS.has(`${word} ${words[index + 1] ?? ''}`));
}
