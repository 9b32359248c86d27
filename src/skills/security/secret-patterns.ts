/** Secrets that show by their own form: tokens with a prefix, key blocks, tokens of JWT form, addresses with a password. */
import {
  entropyOf,
  isPlaceholder,
  isRegular,
  isStandIn,
  isStrongSecret,
  isWordy,
} from './secret-strength.ts';

/** One secret in a line. */
export interface SecretMatch {
  /** `aws-access-key`, `github-token`, `password` … */
  readonly kind: string;
  /** The text to hide. */
  readonly secret: string;
  /** 0-based offset in the line. */
  readonly offset: number;
}

interface TokenPattern {
  readonly kind: string;
  /** Has a fixed prefix and bounded repeats only, so that a line is searched in linear time. */
  readonly pattern: RegExp;
  /** Characters at the start that every such token shares. */
  readonly prefix: number;
}

const TOKENS: readonly TokenPattern[] = [
  { kind: 'aws-access-key', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g, prefix: 4 },
  { kind: 'github-token', pattern: /(?<!\w)gh[pousr]_[A-Za-z0-9]{36,255}(?!\w)/g, prefix: 4 },
  { kind: 'github-token', pattern: /(?<!\w)github_pat_[A-Za-z0-9_]{40,255}(?!\w)/g, prefix: 11 },
  { kind: 'gitlab-token', pattern: /(?<!\w)gl(?:pat|dt|rt|ptt)-[\w-]{20,255}/g, prefix: 6 },
  { kind: 'slack-token', pattern: /(?<!\w)xox[abeoprs]-[A-Za-z0-9-]{16,255}/g, prefix: 5 },
  {
    kind: 'slack-webhook',
    pattern: /hooks\.slack\.com\/services\/T\w{6,20}\/B\w{6,20}\/\w{16,64}/g,
    prefix: 25,
  },
  { kind: 'stripe-key', pattern: /(?<!\w)[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}(?!\w)/g, prefix: 8 },
  { kind: 'npm-token', pattern: /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g, prefix: 4 },
  { kind: 'pypi-token', pattern: /(?<!\w)pypi-AgEIcHlwaS5vcmc[\w-]{50,255}/g, prefix: 20 },
  { kind: 'google-api-key', pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g, prefix: 4 },
  { kind: 'sendgrid-key', pattern: /(?<!\w)SG\.[\w-]{22}\.[\w-]{43}(?!\w)/g, prefix: 3 },
  { kind: 'anthropic-key', pattern: /(?<![\w-])sk-ant-[\w-]{32,255}/g, prefix: 7 },
  {
    kind: 'openai-key',
    pattern: /(?<![\w-])sk-(?:proj-|svcacct-)?[A-Za-z0-9_]{32,255}(?![\w-])/g,
    prefix: 8,
  },
  { kind: 'digitalocean-token', pattern: /(?<!\w)do[opr]_v1_[a-f0-9]{64}(?!\w)/g, prefix: 7 },
  { kind: 'huggingface-token', pattern: /(?<!\w)hf_[A-Za-z0-9]{34,40}(?!\w)/g, prefix: 3 },
  { kind: 'azure-storage-key', pattern: /AccountKey=[A-Za-z0-9+/]{86}==/g, prefix: 11 },
];

/** Keys printed in the vendors' own documentation. */
export const DOCUMENTED_KEYS = [
  '4eC39HqLyjWDarjtT1zdp7dc',
  'BQokikJOvBiI2HlWgH4olfQ2',
  'tR3PYbcVNZZ796tH88S4VQ2u',
  'Eby8vdM02xNOcqFlqUwJPLlm',
];

/** What every token has in it; most lines have none of these and are done with. */
const HINT =
  /AKIA|ASIA|gh[pousr]_|github_pat_|gl(?:pat|dt|rt|ptt)-|xox|hooks\.slack|[rs]k_|npm_|pypi-|AIza|SG\.|sk-|do[opr]_v1|hf_|AccountKey|eyJ|:\/\//;

/** Every token with a known form in a line. */
export function findTokens(line: string): SecretMatch[] {
  if (!HINT.test(line)) return [];
  const matches: SecretMatch[] = [];
  for (const { kind, pattern, prefix } of TOKENS) {
    for (const match of line.matchAll(pattern)) {
      const body = match[0].slice(prefix);
      if (isPlaceholder(body) || DOCUMENTED_KEYS.some((known) => match[0].includes(known))) continue;
      if (isWordy(body) || entropyOf(body) < 2.8 || !/[\dA-Z]/.test(body)) continue;
      // Names such as `sk-some_long_option_name` have the form by chance.
      if (kind.endsWith('i-key') && !/\d/.test(body)) continue;
      matches.push({ kind, secret: match[0], offset: match.index });
    }
  }
  return [...matches, ...findWebTokens(line), ...findAddressPasswords(line)];
}

const WEB_TOKEN = /(?<![\w.-])eyJ[\w-]{10,500}\.eyJ[\w-]{10,2000}\.[\w-]{20,700}/g;

function findWebTokens(line: string): SecretMatch[] {
  return [...line.matchAll(WEB_TOKEN)].flatMap((match) => {
    const [header = '', payload = '', signature = ''] = match[0].split('.');
    const claims = decode(payload);
    if (!/"alg"\s*:/.test(decode(header)) || !claims.startsWith('{') || isRegular(signature)) return [];
    // The sample of jwt.io and its kin are in half of all test suites.
    if (/"sub"\s*:\s*"1234567890"|John Doe|example/i.test(claims) || isPlaceholder(signature)) return [];
    return [{ kind: 'json-web-token', secret: match[0], offset: match.index }];
  });
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}

const ADDRESS =
  /(?<![\w+.-])[a-z][a-z0-9+.-]{1,20}:\/\/([^\s:/?#@'"`<>]{0,100}):([^\s/?#@'"`<>]{3,200})@([\w.-]{1,100}|\[)/gi;
const WELL_KNOWN = new Set(
  'password pass passwd postgres postgresql mysql root admin secret guest user test tests example mongo mongodb redis rabbitmq minio minioadmin dev docker changeme pw pwd app db username token'.split(
    ' ',
  ),
);

function findAddressPasswords(line: string): SecretMatch[] {
  return [...line.matchAll(ADDRESS)].flatMap((match) => {
    const [whole, user = '', password = '', host = ''] = match;
    const lower = password.toLowerCase();
    // Names of letters, such as `app` and `reader`, are regular and yet users.
    const isUserMadeUp = isStandIn(user) || (isRegular(user) && !/^[a-z]+$/i.test(user));
    if (isPlaceholder(password) || isUserMadeUp || /^[*$%{[(]/.test(password) || /[{}]/.test(whole))
      return [];
    if (lower === user.toLowerCase() || WELL_KNOWN.has(lower)) return [];
    if (/(?:^|\.)example(?:\.|$)|\.(?:test|invalid)$|^(?:host|hostname|server)$/i.test(host)) return [];
    const isLocal = /^(?:localhost|127\.|0\.0\.0\.0|\[)/i.test(host);
    const isWorth =
      isStrongSecret(password, 'password') || (!isLocal && password.length >= 6 && /[^a-z]/.test(password));
    if (!isWorth) return [];
    return [
      { kind: 'password-in-address', secret: password, offset: match.index + whole.lastIndexOf(password) },
    ];
  });
}

const KEY_HEADER =
  /-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED) )?PRIVATE KEY-----|-----BEGIN PGP PRIVATE KEY BLOCK-----/;

/**
 * A private key that begins in `lines[index]` and has a body, there or in the next lines. A header alone is what code
 * that reads keys looks for, no key.
 */
export function findPrivateKey(lines: readonly string[], index: number): SecretMatch | undefined {
  const line = lines[index] ?? '';
  const header = KEY_HEADER.exec(line);
  if (header === null) return undefined;
  const sameLine = line.slice(header.index + header[0].length, header.index + 4000);
  const below = lines
    .slice(index + 1, index + 8)
    .map((text) => text.trim().replace(/^["'`+\s]+|\\n.*$|["'`+,\s\\]+$/g, ''));
  const body = sameLine.split(/\\n|\\r|\s|-----/).find(isKeyBody) ?? below.find(isKeyBody);
  if (body === undefined || isPlaceholder(body)) return undefined;
  return { kind: 'private-key', secret: sameLine.includes(body) ? body : header[0], offset: header.index };
}

function isKeyBody(text: string): boolean {
  return /^[A-Za-z0-9+/]{24,}={0,2}$/.test(text.slice(0, 4000)) && entropyOf(text.slice(0, 200)) > 3;
}
