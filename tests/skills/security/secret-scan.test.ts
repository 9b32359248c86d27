import { describe, expect, it } from 'vitest';
import { secretScan } from '../../../src/skills/security/secret-scan.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

// Secrets are put together at run time, so that no scanner takes this file for a leak.
const random = (
  length: number,
  seed = 7,
  letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789',
): string => {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return letters[Math.floor(state / 65_536) % letters.length];
  }).join('');
};
const upper = random(16, 11, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
const base64 = random(64, 13, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const strong = random(32, 17);
const hex = random(64, 19, '0123456789abcdef');
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const webToken = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'u-88121', role: 'admin' })}.${random(43, 23)}`;

const kindsOf = async (files: FolderContent): Promise<Record<string, number>> => {
  const artifact = await reviewFolder(secretScan, files);
  expect(artifact.status).toBe('done');
  return artifact.data['byKind'] as Record<string, number>;
};

describe('secrets that show by their form', () => {
  it.each<[kind: string, text: string]>([
    ['aws-access-key', `const id = '${'AKIA'}${upper}';`],
    ['github-token', `GH=${'ghp'}_${random(36)}`],
    ['github-token', `curl -H "Authorization: token ${'github_pat'}_${random(60)}"`],
    ['gitlab-token', `token: ${'glpat'}-${random(20)}`],
    ['slack-token', `SLACK='${'xoxb'}-${random(12, 3, '0123456789')}-${random(24)}'`],
    [
      'slack-webhook',
      `https://${'hooks.slack.com'}/services/T${upper.slice(0, 8)}/B${upper.slice(4, 12)}/${random(24)}`,
    ],
    ['stripe-key', `stripe('${'sk'}_live_${random(24)}')`],
    ['npm-token', `//registry.npmjs.org/:_authToken=${'npm'}_${random(36)}`],
    ['google-api-key', `key=${'AIza'}${random(35)}`],
    ['anthropic-key', `x-api-key: ${'sk'}-ant-api03-${random(60)}`],
    ['openai-key', `OPENAI = "${'sk'}-proj-${random(48)}"`],
    ['json-web-token', `const bearer = '${webToken}';`],
    ['azure-storage-key', `AccountName=shop;${'AccountKey'}=${base64}${base64.slice(0, 22)}==`],
    ['password-in-address', `const db = '${'postgres'}://shop:${random(14)}@db.internal:5432/shop';`],
    [
      'private-key',
      `${'-----BEGIN'} RSA PRIVATE KEY-----\n${base64}\n${base64}\n-----END RSA PRIVATE KEY-----`,
    ],
    ['private-key', `{"key": "${'-----BEGIN'} PRIVATE KEY-----\\n${base64}\\n-----END PRIVATE KEY-----\\n"}`],
  ])('finds a %s in %s', async (kind, text) => {
    expect(await kindsOf({ 'src/a.txt': `first line\n${text}\n` })).toEqual({ [kind]: 1 });
  });
});

describe('strong literals under secret names', () => {
  it.each<[path: string, text: string]>([
    ['src/auth.ts', `export const JWT_SECRET = '${strong}';`],
    ['src/auth.ts', `const config = { clientSecret: "${strong}", region: 'eu' };`],
    ['src/auth.ts', `private readonly apiKey: string = '${strong}';`],
    ['src/auth.ts', `const secret = process.env.SESSION_SECRET || '${strong}';`],
    ['src/auth.js', `connect({ user: 'shop', password: 'Tr0ub4dor&3-kv' });`],
    ['app/settings.py', `SECRET_KEY = "${strong}"`],
    ['app/settings.py', `token = os.environ.get("API_TOKEN", "${strong}")`],
    ['app/settings.py', `db_password = b'wX9$kq2!Lm'`],
    ['app/settings.py', String.raw`SECRET_KEY = b'_5#y2L"F4Q8z\n\xec]/\x9eK7w'`],
    ['.env', `STRIPE_API_KEY=${strong}`],
    ['Dockerfile', `ENV TIDE_API_KEY=${strong}`],
    ['.env', `FEED_URL=${'https'}://reader:Zt7kQm2pXw@feeds.internal/v2`],
    ['.env', `DATABASE_URL=${'postgres'}://app:Zt7kQm2pXw@db.internal/app`],
    ['.env.production', `DB_PASSWORD=wX9$kq2!Lm`.replace('$', '#')],
    ['config/app.yaml', `  auth-token: ${strong}`],
    ['config/app.yml', `signing_key: "${hex}"`],
    ['config/app.json', `  "apiKey": "${strong}",`],
    ['config/app.toml', `access_key = "${strong}"`],
    ['app.properties', `spring.datasource.password=wX9!kq2#Lm`],
    ['deploy.sh', `export ADMIN_TOKEN=${strong}`],
    ['pom.xml', `    <password>wX9!kq2#Lmz</password>`],
    ['src/auth.ts', `const signed = jwt.sign({ sub: user.id }, '${strong}', { expiresIn: '1h' });`],
    ['src/sign.js', `const mac = crypto.createHmac('sha256', "${hex}").update(body);`],
    ['main.go', `	apiKey := "${strong}"`],
    ['Main.java', `  private static final String DB_PASSWORD = "wX9!kq2#Lmz";`],
  ])('finds it in %s: %s', async (path, text) => {
    expect(placesOf(await reviewFolder(secretScan, { [path]: `\n${text}\n` }))).toEqual([
      `hardcoded-secret ${path}:2`,
    ]);
  });
});

describe('look-alikes', () => {
  it.each<[what: string, path: string, text: string]>([
    [
      'three bytes that are written as escapes',
      'a.py',
      String.raw`app.config["SECRET_KEY"] = b"\x9e\x8f\x14"`,
    ],
    ['an environment look-up', 'a.ts', `const password = process.env.DB_PASSWORD;`],
    ['an environment look-up with an empty default', 'a.ts', `const token = process.env['API_TOKEN'] ?? '';`],
    ['a placeholder to change', 'a.env', 'SECRET_KEY=changeme-please-2024-abcDEF'],
    ['a placeholder of the reader', '.env.example', 'API_KEY=your-api-key-goes-here-1234'],
    ['a placeholder in angle brackets', 'README.md', 'token: "<paste the token 123 here>"'],
    ['a substituted variable', 'app.yaml', ['password: $', '{DB_PASSWORD}'].join('')],
    ['a workflow expression', 'ci.yml', ['token: $', '{{ secrets.NPM_TOKEN }}'].join('')],
    ['a template of Helm', 'values.yaml', 'password: {{ .Values.dbPassword1 }}'],
    ['a template literal', 'a.ts', ['const token = `prefix-$', '{random}-A1b2C3d4e5f6`;'].join('')],
    ['the documented AWS key', 'a.md', `aws_access_key_id = ${'AKIA'}IOSFODNN7EXAMPLE`],
    ['the documented AWS secret', 'a.md', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['an integrity value', 'a.html', `<script integrity="sha384-${base64}"></script>`],
    ['a digest in a variable', 'a.ts', `const fileDigest = '${hex}';`],
    ['a password hash', 'seed.ts', `passwordHash: '$2b$10$${random(53)}',`],
    ['a bcrypt hash under the bare name', 'seed.ts', `password: '$2b$10$${random(53)}',`],
    ['the digest that a password is checked against', 'a.ts', `verify('password', '${hex}');`],
    ['a UUID', 'a.ts', `const apiKey = '3f2b8c1e-9d4a-4e6f-8b7a-1c2d3e4f5a6b';`],
    ['a weak dummy', 'a.ts', `login({ user: 'a', password: 'password123' });`],
    ['a dummy made of words', 'a.ts', `const secret = 'my-super-secret-key-1';`],
    ['a run of digits and letters', 'a.ts', `const token = 'abcdefghijklmnop1234567890';`],
    ['a repeated pattern', 'a.ts', `const apiKey = 'deadbeefdeadbeefdeadbeef';`],
    ['a key of a translation', 'a.ts', `const token = 'auth.accessToken.label';`],
    ['a sentence', 'de.json', `"password": "Das Passwort hat 8 Zeichen und 1 Ziffer!"`],
    ['a type of token', 'a.ts', `const tokenType = 'Bearer-x1Y2z3A4b5C6d7E8';`],
    ['a comparison', 'a.ts', `if (token === 'A1b2C3d4e5F6g7H8') stop();`],
    [
      'keys that are variables',
      'a.ts',
      `jwt.sign({ sub: 'user-42x' }, secret, { algorithm: 'HS256', issuer: 'shop.example' }); createHmac('sha256', key);`,
    ],
    ['a path', 'a.ts', `const privateKey = '/etc/ssl/private/server-2024.key';`],
    ['a reference to a store', 'a.yaml', 'password: vault:secret/data/shop#Db1Pass'],
    ['a public key', 'a.ts', `const publicKey = '${strong}';`],
    ['a publishable key', 'a.ts', `const stripeKey = '${'pk'}_live_${random(24)}';`],
    ['a number of tokens', 'a.ts', `const maxTokens = '4096'; const tokens = 'A1b2C3d4e5F6g7H8';`],
    ['a lock file', 'package-lock.json', `{ "token": "${strong}" }`],
    [
      'a header that code looks for',
      'pem.ts',
      `const header = '-----BEGIN RSA PRIVATE KEY-----';\nexport const isKey = (text) => text.startsWith(header);`,
    ],
    [
      'a local address with the default password',
      'compose.yml',
      'URL: postgres://postgres:postgres@localhost:5432/app',
    ],
    [
      'an address whose password is substituted',
      'a.yml',
      ['URL: postgres://app:$', '{PASSWORD}@db/app'].join(''),
    ],
    ['an address of the documentation', 'README.md', 'curl https://user:s3cr3tPass@api.example.com/v1'],
    [
      'the sample web token',
      'a.md',
      `${part({ alg: 'HS256' })}.${part({ sub: '1234567890', name: 'John Doe' })}.${random(43, 29)}`,
    ],
    ['a token of crosses', 'a.md', `${'ghp'}_${'x'.repeat(36)}`],
    ['a selector', 'a.css.ts', `const password = '#login-Form1 .password';`],
    [
      'base64 of a placeholder',
      'secret.yaml',
      `  password: ${Buffer.from('changeme123').toString('base64')}`,
    ],
  ])('does not report %s', async (_what, path, text) => {
    expect(
      placesOf(await reviewFolder(secretScan, { [path]: `${text}\n`, 'other.txt': 'more text\n' })),
    ).toEqual([]);
  });

  it('skips minified code and files that are not text', async () => {
    const minified = `const a={apiKey:"${strong}"};`.padEnd(30_000, 'x();');
    const artifact = await reviewFolder(secretScan, {
      'app.js': minified,
      'a.bin': Buffer.from([0, 1, 2, 0, 255]),
      'b.ts': 'export {};\n',
    });
    expect(placesOf(artifact)).toEqual([]);
    expect(artifact.data).toMatchObject({ filesScanned: 1 });
  });
});

describe('what is kept of a secret', () => {
  it('never holds the secret, in no finding, evidence, message or figure', async () => {
    const password = 'wX9!kq2-LmzP';
    const artifact = await reviewFolder(secretScan, {
      'a.ts': `const dbPassword = '${password}'; const again = '${password}'; // ${strong}\nconst apiKey = '${strong}';\n`,
      'b.yaml': `url: redis://svc:${password}@cache.internal\n`,
    });
    expect(artifact.findings).toHaveLength(3);
    const kept = JSON.stringify(artifact);
    expect(kept).not.toContain(password);
    expect(kept).not.toContain(password.slice(0, 5));
    expect(kept).not.toContain(strong);
    expect(artifact.findings.every(({ location }) => location.masked === true)).toBe(true);
    expect(artifact.findings[0]?.location.excerpt).toContain('wX9********');
  });

  it('is critical in sources, a warning in tests, and counted by kind', async () => {
    const line = `const apiKey = '${strong}';\n`;
    const artifact = await reviewFolder(secretScan, { 'src/a.ts': line, 'tests/a.test.ts': line });
    expect(artifact.findings.map(({ severity, location }) => [severity, location.path])).toEqual([
      ['critical', 'src/a.ts'],
      ['warning', 'tests/a.test.ts'],
    ]);
    expect(artifact.data).toMatchObject({ filesScanned: 2, secrets: 2, byKind: { 'high-entropy-value': 2 } });
    expect(artifact.evidence.length).toBeGreaterThan(0);
  });

  it('reports one finding where a known form stands under a secret name', async () => {
    const artifact = await reviewFolder(secretScan, { 'a.ts': `const token = '${'ghp'}_${random(36)}';\n` });
    expect(artifact.data['byKind']).toEqual({ 'github-token': 1 });
  });

  it('takes a key that begins with a slash for a key, and a path for a path', async () => {
    const found = await reviewFolder(secretScan, {
      'a.sh': `export AWS_SECRET_ACCESS_KEY=/${random(20)}/${random(18)}\n`,
      'b.sh': 'export TOKEN_SECRET_FILE=/etc/Shop2Secrets/ApiKeys/PaymentGateway2024/current\n',
      'c.sh': 'SECRET_KEY=/var/lib/shopV2/keys/SigningKey01/private\n',
    });
    expect(found.findings.map(({ location }) => location.path)).toEqual(['a.sh']);
  });

  it('does not apply to an empty folder', async () => {
    expect((await reviewFolder(secretScan, {})).status).toBe('not-applicable');
  });

  it('takes little time for a long hostile line', async () => {
    const started = performance.now();
    await reviewFolder(secretScan, {
      'a.txt':
        `${'password'.repeat(60_000)}\n${'eyJ'.repeat(100_000)}\n${'a:'.repeat(100_000)}\n${'x://'.repeat(50_000)}`.slice(
          0,
          1_000_000,
        ),
      'b.ts': Array.from({ length: 2000 }, () => `secret = "${'a1'.repeat(60)}`).join('\n'),
    });
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
