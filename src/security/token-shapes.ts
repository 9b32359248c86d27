/**
 * What secrets look like when nobody registered them. Every pattern is linear: it starts at most once in a run of its
 * characters (a look-behind sees to that), its counts are bounded, and it has no nested repetition.
 */

/** A shape and what of a match is kept: `$1` and so on, `$&` is nothing. */
export interface TokenShape {
  readonly name: string;
  /** Global. */
  readonly pattern: RegExp;
  /** Put in place of a match; `[redacted]` is the part that hides the secret. */
  readonly replacement: string;
}

/** Put in place of a secret. */
export const REDACTED = '[redacted]';

const shape = (name: string, pattern: RegExp, replacement = REDACTED): TokenShape => ({
  name,
  pattern,
  replacement,
});

/** Tokens of common services, keys in PEM, JSON web tokens, credentials in addresses, headers and assignments. */
export const TOKEN_SHAPES: readonly TokenShape[] = [
  shape(
    'private-key',
    /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----(?:[A-Za-z0-9+/=\s:,.\\]|-(?!-))*(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----)?/g,
  ),
  shape('github', /(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})/g),
  shape('gitlab', /(?<![A-Za-z0-9_-])glpat-[A-Za-z0-9_-]{16,255}/g),
  shape('npm', /(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{30,255}/g),
  shape('openai', /(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{20,255}/g),
  shape('stripe', /(?<![A-Za-z0-9_])[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}/g),
  shape('slack', /(?<![A-Za-z0-9_-])xox[abeoprs]-[A-Za-z0-9-]{10,255}/g),
  shape('aws', /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g),
  shape('google', /(?<![A-Za-z0-9_-])AIza[A-Za-z0-9_-]{35}/g),
  shape(
    'json-web-token',
    /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,1024}/g,
  ),
  shape(
    'authorization',
    /(?<![A-Za-z0-9_-])(bearer|basic) {1,4}[A-Za-z0-9._~+/=-]{8,4096}/gi,
    `$1 ${REDACTED}`,
  ),
  shape(
    'address',
    /(?<![A-Za-z0-9+.-])([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,200}):[^\s/@"']{1,200}@/gi,
    `$1:${REDACTED}@`,
  ),
  shape(
    'assignment',
    /(?<![A-Za-z0-9])(password|passwd|pwd|passphrase|secret|client_secret|token|access_token|refresh_token|api[_-]?key)=[^\s"'&;,()<>{}[\]]{4,4096}/gi,
    `$1=${REDACTED}`,
  ),
];
