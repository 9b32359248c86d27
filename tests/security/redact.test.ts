import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, isSecretName } from '../../src/security/redact.ts';
import { TOKEN_SHAPES } from '../../src/security/token-shapes.ts';

/** Put together here, so that the texts of this file are no tokens themselves. */
const made = (...parts: readonly string[]): string => parts.join('');
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

describe('registered secrets', () => {
  it('vanish from a text, wherever and however often they stand', () => {
    const redactor = createRedactor({ values: ['hunter2!'] });
    expect(redactor.text('hunter2! and (hunter2!), xhunter2!x')).toBe(
      '[redacted] and ([redacted]), x[redacted]x',
    );
  });

  it('vanish as a whole when one is the beginning of another', () => {
    const redactor = createRedactor({ values: ['abcd', 'abcdefgh'] });
    expect(redactor.text('abcdefgh abcd')).toBe('[redacted] [redacted]');
  });

  it('are texts, not patterns', () => {
    const special = 'a.*+?^$' + '{}()|[]\\/-b';
    const redactor = createRedactor({ values: [special] });
    expect(redactor.text(`x ${special} y aXXb`)).toBe('x [redacted] y aXXb');
  });

  it('are found in a URL, in base64 and in a JSON text', () => {
    const secret = 'p&ss "wörd"/x?';
    const redactor = createRedactor({ values: [secret] });
    const texts = [
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      JSON.stringify({ secret }),
    ];
    for (const text of texts) expect(redactor.text(`<${text}>`)).toContain('[redacted]');
    expect(redactor.text(JSON.stringify({ note: secret }))).toBe('{"note":"[redacted]"}');
  });

  it('can be added later', () => {
    const redactor = createRedactor();
    expect(redactor.text('blue-sky')).toBe('blue-sky');
    redactor.add('blue-sky');
    expect(redactor.text('blue-sky')).toBe('[redacted]');
  });

  it('are refused when so short that they would hide everything, without being repeated in the error', () => {
    expect(() => createRedactor({ values: ['qzx'] })).toThrow(/a secret of 4 characters and up/);
    expect(() => createRedactor({ values: ['qzx'] })).not.toThrow(/qzx/);
  });

  it('never come back, whatever stands around them', () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 4, maxLength: 30 })
          .filter((text) => text.trim() !== '' && !'[redacted]'.includes(text)),
        fc.array(fc.string()),
        (secret, around) => {
          const redactor = createRedactor({ values: [secret] });
          const text = redactor.text(around.join(secret));
          // What is put in may by chance complete the secret with its neighbours; the secret as given is what counts.
          const value = redactor.value({ deep: [{ text: secret }] });
          expect(value).toEqual({ deep: [{ text: '[redacted]' }] });
          expect(text.replaceAll('[redacted]', '\u0000')).not.toContain(secret);
        },
      ),
    );
  });
});

describe('shapes of secrets', () => {
  it.each([
    ['a GitHub token', made('ghp', '_', LETTERS.slice(0, 36))],
    ['a fine-grained GitHub token', made('github', '_pat_', LETTERS.slice(0, 40))],
    ['a GitLab token', made('glpat', '-', LETTERS.slice(0, 20))],
    ['an npm token', made('npm', '_', LETTERS.slice(0, 36))],
    ['a model key', made('sk', '-proj-', LETTERS.slice(0, 40))],
    ['a Stripe key', made('sk', '_live_', LETTERS.slice(0, 24))],
    ['a Slack token', made('xoxb', '-', '123456789012-', LETTERS.slice(0, 20))],
    ['an AWS key id', made('AKIA', 'IOSFODNN7', 'EXAMPLE')],
    ['a Google key', made('AIza', LETTERS.slice(0, 35))],
    ['a JSON web token', made('eyJ', 'hbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0In0.', LETTERS.slice(0, 43))],
    [
      'a private key',
      made(
        '-----BEGIN ',
        'RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE',
        LETTERS,
        '\n-----END RSA ',
        'PRIVATE KEY-----',
      ),
    ],
    ['a private key that was cut', made('-----BEGIN ', 'PRIVATE KEY-----\nMIIE', LETTERS)],
  ])('%s is hidden without being registered', (_, secret) => {
    const redactor = createRedactor();
    expect(redactor.text(`before "${secret}" after`)).toBe('before "[redacted]" after');
  });

  it('keep what is harmless around them', () => {
    const redactor = createRedactor();
    expect(redactor.text('postgres://app:s3cr3t@db:5432/x')).toBe('postgres://app:[redacted]@db:5432/x');
    expect(redactor.text('Authorization: Bearer abcdef123456')).toBe('Authorization: Bearer [redacted]');
    expect(redactor.text('GET /x?api_key=12345678&page=2')).toBe('GET /x?api_key=[redacted]&page=2');
    expect(redactor.text('host=db password=hunter22 port=5432')).toBe(
      'host=db password=[redacted] port=5432',
    );
  });

  it.each([
    'const token = readToken();',
    'maxTokens=4096 promptTokens=12',
    'see https://example.com/a:b and user@example.com',
    'a basic idea, a bearer of news',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'task-skilful-and-very-long-name-of-something',
    'sk-short',
  ])('leave alone: %s', (text) => {
    expect(createRedactor().text(text)).toBe(text);
  });

  it('may be added by the owner', () => {
    const redactor = createRedactor({
      patterns: [{ name: 'badge', pattern: /BADGE-\d{6}/g, replacement: 'BADGE-[redacted]' }],
    });
    expect(redactor.text('BADGE-123456')).toBe('BADGE-[redacted]');
    expect(() => createRedactor({ patterns: [{ name: 'once', pattern: /x/, replacement: '' }] })).toThrow(
      /patterns.once/,
    );
  });

  it('take time in proportion to the text, also for texts made to be slow', () => {
    const redactor = createRedactor({ values: ['some-secret-value'] });
    const seeds = [
      'eyJ',
      '-eyJ',
      'eyJaaaaaaaaaa.',
      'sk-',
      'xoxb-',
      'ghp_',
      'a://',
      'a://b:',
      'bearer ',
      'token=',
      '-----BEGIN PRIVATE KEY-----',
      '-',
      'AKIA',
      'some-secret-valu',
      'basic    ',
    ];
    for (const seed of seeds) {
      const timeOf = (size: number): number => {
        const text = seed.repeat(Math.ceil(size / seed.length));
        const started = performance.now();
        redactor.text(text);
        return performance.now() - started;
      };
      timeOf(20_000);
      // 16 times the text: quadratic work would take 256 times as long. The floor keeps timer noise out.
      const small = Math.max(2, Math.min(timeOf(60_000), timeOf(60_000)));
      expect(timeOf(960_000) / small, seed).toBeLessThan(100);
    }
  });

  it('are all global, as replacing needs', () => {
    expect(TOKEN_SHAPES.filter(({ pattern }) => !pattern.global)).toEqual([]);
  });
});

describe('values', () => {
  const redactor = createRedactor({ values: ['s3cr3t-value'] });

  it('are copied with what stands under a telling name hidden, at any depth', () => {
    const given = {
      user: 'ada',
      password: 'x',
      request: { headers: { Authorization: 'Bearer y', 'X-Api-Key': 'k', accept: '*/*' } },
      list: [{ accessToken: 't', count: 3 }],
      dbPassword: 12_345,
      credentials: { name: 'n', parts: ['a', 'b'] },
    };
    const before = structuredClone(given);
    expect(redactor.value(given)).toEqual({
      user: 'ada',
      password: '[redacted]',
      request: { headers: { Authorization: '[redacted]', 'X-Api-Key': '[redacted]', accept: '*/*' } },
      list: [{ accessToken: '[redacted]', count: 3 }],
      dbPassword: '[redacted]',
      credentials: { name: '[redacted]', parts: ['[redacted]', '[redacted]'] },
    });
    expect(given).toEqual(before);
  });

  it('keep what only sounds like a secret', () => {
    const given = {
      maxTokens: 100,
      token: null,
      hasPassword: true,
      secret: false,
      password: '',
      usage: { promptTokens: 5 },
    };
    expect(redactor.value(given)).toEqual(given);
  });

  it('hide registered secrets in strings and in names', () => {
    expect(redactor.value({ 's3cr3t-value': ['a s3cr3t-value b'] })).toEqual({
      '[redacted]': ['a [redacted] b'],
    });
  });

  it('of the kind Error become JSON, their causes too', () => {
    const error = new Error('login with s3cr3t-value failed', {
      cause: new Error('password=abcdef was wrong'),
    });
    expect(redactor.value({ error })).toMatchObject({
      error: { message: 'login with [redacted] failed', cause: { message: 'password=[redacted] was wrong' } },
    });
  });

  it('that refer to themselves, are very deep, or can not be read are cut', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    expect(redactor.value(loop)).toEqual({ name: 'loop', self: '[circular]' });
    let deep: unknown = 'end';
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    expect(JSON.stringify(redactor.value(deep))).toContain('[too deep]');
    class Trap {
      toJSON(): never {
        throw new Error('no');
      }
    }
    expect(redactor.value({ trap: new Trap() })).toEqual({ trap: '[unreadable]' });
  });

  it('are shown twice when they are merely shared', () => {
    const shared = { a: 1 };
    expect(redactor.value([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('of other kinds are read as JSON would', () => {
    const given = {
      at: new Date(0),
      map: new Map([['token', 'x']]),
      set: new Set(['s3cr3t-value']),
      none: undefined,
      big: 1n,
    };
    expect(redactor.value(given)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      map: { token: '[redacted]' },
      set: ['[redacted]'],
      none: undefined,
      big: 1n,
    });
  });

  it('named like a prototype do not become one', () => {
    const result = redactor.value(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.hasOwn(result, '__proto__')).toBe(true);
    expect((result as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ...[
      ['api_key', true],
      ['X-Auth-Token', true],
      ['clientSecret', true],
      ['Set-Cookie', true],
      ['AWS_SECRET_ACCESS_KEY', true],
    ],
    ...[
      ['tokens', false],
      ['author', false],
      ['passed', false],
      ['keyboard', false],
      ['secretary', false],
    ],
  ] as const)('know %s by its name: %s', (name, expected) => {
    expect(isSecretName(name)).toBe(expected);
  });
});
