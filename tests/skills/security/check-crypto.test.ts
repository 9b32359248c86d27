import { describe, expect, it } from 'vitest';
import { codeScan } from '../../../src/skills/security/code-scan.ts';
import { placesOf, reviewFolder } from '../../support/skill-context.ts';

const scan = async (text: string, path = 'src/a.ts'): Promise<string[]> =>
  placesOf(await reviewFolder(codeScan, { [path]: text }));
/** Template literals of the code under test, written without the dollar sign that this file's own would need. */
const code = (text: string): string => text.replaceAll('§', '$');

describe('weak hashes and guessable secrets', () => {
  it.each<[rule: string, what: string, text: string]>([
    [
      'weak-hash',
      'a password',
      "import { createHash } from 'node:crypto';\nexport const hashPassword = (password) => createHash('md5').update(password).digest('hex');",
    ],
    [
      'weak-hash',
      'a token',
      "import crypto from 'crypto';\nexport const make = (user) => { user.resetToken = crypto.createHash('sha1').update(user.mail + Date.now()).digest('hex'); };".replace(
        '\n',
        '\n',
      ),
    ],
    [
      'weak-hash',
      'a signature',
      "const { createHash } = require('crypto');\nmodule.exports = (body, secret) => { const signature = createHash('MD5').update(body + secret).digest('hex'); return signature; };",
    ],
    [
      'insecure-random',
      'a token variable',
      '\nconst token = Math.random().toString(36).slice(2); export { token };',
    ],
    [
      'insecure-random',
      'a member',
      '\nexport const f = (session) => { session.id = 1; session.csrfToken = Math.random().toString(36); };',
    ],
    [
      'insecure-random',
      'a function that makes a password',
      "export function generatePassword() { let out = ''; for (let i = 0; i < 9; i++)\nout += CHARS[Math.floor(Math.random() * 60)]; return out; }",
    ],
    [
      'insecure-random',
      'an arrow function that makes a code',
      '\nexport const createOtp = () => String(Math.floor(100000 + Math.random() * 900000));',
    ],
    ['insecure-random', 'a key of an object', '\nexport const f = () => ({ apiKey: `k_§{Math.random()}` });'],
    [
      'insecure-random',
      'a value that becomes a secret later',
      'export function f(user) {\nconst value = Math.random().toString(36); user.password = value; }',
    ],
    ['insecure-random', 'a session id', '\nexport const sessionId = Math.random().toString(16);'],
  ])('%s: reports %s', async (rule, _what, text) => {
    expect(await scan(code(text), text.includes('require') ? 'a.cjs' : 'a.ts')).toEqual([
      expect.stringMatching(new RegExp(`^${rule} a\\.c?[tj]s:2$`)),
    ]);
  });

  it.each<[what: string, text: string]>([
    [
      'a cache key',
      "import { createHash } from 'crypto'; export const cacheKey = (text) => createHash('md5').update(text).digest('hex');",
    ],
    [
      'an entity tag',
      "import crypto from 'crypto'; export const f = (body) => { const etag = crypto.createHash('sha1').update(body).digest('base64'); return etag; };",
    ],
    [
      'a checksum',
      "import crypto from 'crypto'; export function checksum(file) { return crypto.createHash('md5').update(file).digest('hex'); }",
    ],
    [
      'a cache key made of a token',
      "import crypto from 'crypto'; export const f = (token) => { const cacheKey = crypto.createHash('sha1').update(token).digest('hex'); return cacheKey; };",
    ],
    [
      'a strong hash of a password',
      "import { createHash } from 'crypto'; export const f = (password) => createHash('sha256').update(password).digest('hex');",
    ],
    [
      'a count of tokens',
      "import { createHash } from 'crypto'; export const f = (tokenCount) => createHash('md5').update(String(tokenCount)).digest('hex');",
    ],
    ['jitter', 'export const retry = (token) => { const jitter = Math.random() * 100; return jitter; };'],
    [
      'a delay in a function about tokens',
      'export function refreshToken() { setTimeout(refreshToken, 1000 + Math.random() * 500); const delay = Math.random(); return delay; }',
    ],
    ['a shuffle', 'export function shuffle(list) { return list.sort(() => Math.random() - 0.5); }'],
    ['a name for a temporary file', 'const name = `tmp-§{Math.random()}`; export { name };'],
    ['a bucket of tokens', 'export const tokenBucketIndex = Math.floor(Math.random() * 8);'],
    [
      'a strong source',
      "import { randomBytes } from 'crypto'; export const token = randomBytes(32).toString('hex');",
    ],
  ])('leaves %s alone', async (_what, text) => {
    expect(await scan(code(text))).toEqual([]);
  });
});

describe('certificates', () => {
  it('reports switched-off checks in code and in settings', async () => {
    const artifact = await reviewFolder(codeScan, {
      'a.ts':
        "new Agent({\n  rejectUnauthorized: false,\n});\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\n",
      '.env': 'A=1\nNODE_TLS_REJECT_UNAUTHORIZED=0\n',
      'ci.yml': 'env:\n  NODE_TLS_REJECT_UNAUTHORIZED: "0"\n',
    });
    expect(placesOf(artifact)).toEqual([
      'tls-verification-off .env:2',
      'tls-verification-off a.ts:2',
      'tls-verification-off a.ts:4',
      'tls-verification-off ci.yml:2',
    ]);
  });

  it('leaves checks that are on, or depend on the environment, alone', async () => {
    const artifact = await reviewFolder(codeScan, {
      'a.ts':
        "new Agent({ rejectUnauthorized: true });\nnew Agent({ rejectUnauthorized: process.env.NODE_ENV !== 'test' });\nif (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') stop();\n",
      '.env': '# NODE_TLS_REJECT_UNAUTHORIZED=0\nNODE_TLS_REJECT_UNAUTHORIZED=1\n',
    });
    expect(placesOf(artifact)).toEqual([]);
  });
});
