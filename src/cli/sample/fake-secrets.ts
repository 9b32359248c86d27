/** Makes up secrets of the right form. Repositories must not hold such texts, so the sample gets them when it is copied. */
import { createHash } from 'node:crypto';
import { InvalidArgumentError } from '../../shared/errors.ts';

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTERS = `${UPPER}${UPPER.toLowerCase()}`;
const ALPHANUMERIC = `${LETTERS}${DIGITS}`;

const MAKERS: Readonly<Record<string, (seed: string) => string>> = {
  'aws-key-id': (seed) => `AKIA${pick(seed, `${UPPER}234567`, 16)}`,
  'github-token': (seed) => `ghp_${pick(seed, ALPHANUMERIC, 36)}`,
  'npm-token': (seed) => `npm_${pick(seed, ALPHANUMERIC, 36)}`,
  'stripe-key': (seed) => `sk_live_${pick(seed, ALPHANUMERIC, 24)}`,
  'slack-token': (seed) =>
    ['xoxb', pick(`${seed}1`, DIGITS, 12), pick(`${seed}2`, DIGITS, 12), pick(seed, ALPHANUMERIC, 24)].join(
      '-',
    ),
  jwt: (seed) =>
    [
      encode({ alg: 'HS256', typ: 'JWT' }),
      encode({ sub: `customer-${pick(seed, DIGITS, 6)}`, iat: 1_750_000_000, exp: 1_900_000_000 }),
      pick(seed, `${ALPHANUMERIC}-_`, 43),
    ].join('.'),
  'url-password': (seed) =>
    `${pick(seed, LETTERS, 6)}${pick(seed, DIGITS, 3)}${pick(`${seed}+`, ALPHANUMERIC, 9)}`,
  'random-hex': (seed) => pick(seed, `${DIGITS}abcdef`, 64),
  'random-base64': (seed) => pick(seed, `${ALPHANUMERIC}+/`, 40),
  'private-key': privateKey,
};

/** `@@secret:<kind>:<seed>@@`. */
const PLACEHOLDER = /@@secret:([a-z0-9-]{1,40}):([A-Za-z0-9_-]{1,80})@@/g;

/** Replaces each placeholder by a made-up secret: the same kind and seed give the same text. Throws on an unknown kind. */
export function fillSecrets(text: string): string {
  return text.replace(PLACEHOLDER, (_whole, kind: string, seed: string) => {
    const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
    if (make === undefined)
      throw new InvalidArgumentError('kind', `one of ${Object.keys(MAKERS).join(', ')}`, kind);
    return make(`${kind}:${seed}`);
  });
}

function privateKey(seed: string): string {
  const lines = [64, 64, 64, 32].map((length, index) =>
    pick(`${seed}:${index}`, `${ALPHANUMERIC}+/`, length),
  );
  const frame = (word: string): string => `-----${[word, 'EC', 'PRIVATE', 'KEY'].join(' ')}-----`;
  return [frame('BEGIN'), ...lines, frame('END')].join('\n');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Characters of an alphabet, chosen by digests of the seed. */
function pick(seed: string, alphabet: string, length: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    const bytes = createHash('sha256').update(`${seed}#${block}`).digest();
    for (const byte of bytes) text += alphabet[byte % alphabet.length];
  }
  return text.slice(0, length);
}
