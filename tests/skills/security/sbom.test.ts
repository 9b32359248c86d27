import { describe, expect, it } from 'vitest';
import { sbom } from '../../../src/skills/security/sbom.ts';
import { isLicenceExpression, licenceFamily } from '../../../src/skills/security/spdx-licenses.ts';
import { type FolderContent, reviewFolder } from '../../support/skill-context.ts';

const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const npmLock = (packages: object): string => JSON.stringify({ lockfileVersion: 3, packages });
const NPM = npmLock({
  '': { name: 'app', version: '1.0.0', dependencies: { a: '^1.0.0' } },
  'node_modules/a': {
    version: '1.2.3',
    resolved: 'https://registry.npmjs.org/a/-/a-1.2.3.tgz',
    integrity: SHA512,
    license: 'MIT',
    dependencies: { b: '^1.0.0' },
  },
  'node_modules/a/node_modules/b': { version: '1.0.0', license: '(MIT OR Apache-2.0)' },
  'node_modules/b': { version: '2.0.0', dev: true, license: 'Very own licence' },
  'node_modules/@scope/c': {
    version: '3.0.0-beta.1+x',
    resolved: 'https://user:pass@registry.example/c.tgz',
  },
  'node_modules/local': { resolved: 'packages/local', link: true },
});

// biome-ignore lint/suspicious/noExplicitAny: documents of another format are looked into
async function documents(files: FolderContent): Promise<any> {
  const artifact = await reviewFolder(sbom, files);
  expect(artifact.status, artifact.reason).toBe('done');
  return artifact.data;
}

const versions = (data: { cycloneDx: { components: { purl: string }[] } }): string[] =>
  data.cycloneDx.components.map(({ purl }) => purl);

describe('sbom', () => {
  it('lists each version of a package-lock with hashes, licences and relations', async () => {
    const { cycloneDx, spdx } = await documents({
      'package-lock.json': NPM,
      'package.json': '{"name":"app","version":"1.0.0"}',
    });
    expect(cycloneDx.components.map((one: { purl: string }) => one.purl)).toEqual([
      'pkg:npm/%40scope/c@3.0.0-beta.1%2Bx',
      'pkg:npm/a@1.2.3',
      'pkg:npm/b@1.0.0',
      'pkg:npm/b@2.0.0',
    ]);
    expect(cycloneDx.components[1]).toMatchObject({
      scope: 'required',
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
      licenses: [{ license: { id: 'MIT' } }],
    });
    expect(cycloneDx.components[2].licenses).toEqual([{ expression: '(MIT OR Apache-2.0)' }]);
    expect(cycloneDx.components[3]).toMatchObject({
      scope: 'optional',
      licenses: [{ license: { name: 'Very own licence' } }],
    });
    // The nearer one is meant, as Node finds it.
    expect(cycloneDx.dependencies).toContainEqual({ ref: 'pkg:npm/a@1.2.3', dependsOn: ['pkg:npm/b@1.0.0'] });
    expect(cycloneDx.metadata.component).toMatchObject({ name: 'app', version: '1.0.0' });
    expect(
      spdx.packages.map((one: { name: string; licenseDeclared: string }) => [one.name, one.licenseDeclared]),
    ).toEqual([
      ['app', 'NOASSERTION'],
      ['@scope/c', 'NOASSERTION'],
      ['a', 'MIT'],
      ['b', '(MIT OR Apache-2.0)'],
      ['b', 'NOASSERTION'],
    ]);
  });

  it('tells no password of a registry', async () => {
    const data = await documents({ 'package-lock.json': NPM });
    expect(JSON.stringify(data)).not.toContain('user:pass');
    expect(data.spdx.packages[2].downloadLocation).toBe('https://registry.npmjs.org/a/-/a-1.2.3.tgz');
  });

  it.each([
    [
      'yarn',
      {
        'yarn.lock': `# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@^1.1.0":\n  version "1.1.0"\n  integrity ${SHA512}\n\nb@~2:\n  version "2.0.1"\n`,
      },
      ['pkg:npm/%40s/a@1.1.0', 'pkg:npm/b@2.0.1'],
    ],
    [
      'yarn of today',
      {
        'yarn.lock': '"a@npm:^1.0.0":\n  version: 1.0.0\n\n"own@workspace:.":\n  version: 0.0.0-use.local\n',
      },
      ['pkg:npm/a@1.0.0'],
    ],
    [
      'pnpm',
      {
        'pnpm-lock.yaml': `lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies: {}\npackages:\n\n  '@s/a@1.0.0':\n    resolution: {integrity: ${SHA512}}\n\n  b@2.0.0(c@1.0.0):\n    engines: {node: '>=18'}\n\nsnapshots:\n\n  d@1.0.0: {}\n`,
      },
      ['pkg:npm/%40s/a@1.0.0', 'pkg:npm/b@2.0.0'],
    ],
    [
      'requirements, of which only pinned ones count',
      {
        'requirements.txt':
          'Flask_Login==0.6.3\nrequests>=2\n# numpy==1\nuvicorn[standard]==0.30.1 ; python_version > "3"\n',
      },
      ['pkg:pypi/flask-login@0.6.3', 'pkg:pypi/uvicorn@0.30.1'],
    ],
    [
      'poetry',
      {
        'poetry.lock':
          '[[package]]\nname = "a"\nversion = "1.0"\n\n[package.dependencies]\nb = "*"\nname = "x"\n[metadata]\nversion = "2"\n',
      },
      ['pkg:pypi/a@1.0'],
    ],
    [
      'lock files of old',
      {
        'package-lock.json': JSON.stringify({
          lockfileVersion: 1,
          dependencies: { a: { version: '1.0.0', dependencies: { b: { version: '2.0.0' } } } },
        }),
      },
      ['pkg:npm/a@1.0.0', 'pkg:npm/b@2.0.0'],
    ],
  ])('reads %s', async (_title, files, expected) => {
    expect(versions(await documents(files))).toEqual(expected);
  });

  it('makes the same of the same, whoever asks', async () => {
    const [one, two] = [
      await documents({ 'package-lock.json': NPM, 'package.json': '{"name":"a"}' }),
      await documents({ 'package-lock.json': NPM, 'package.json': '{"name":"a"}' }),
    ];
    expect(one).toEqual(two);
  });

  it('says which lock file it did not understand', async () => {
    const data = await documents({ 'package-lock.json': '{', 'api/requirements.txt': 'a==1\n' });
    expect(data).toMatchObject({ notUnderstood: ['package-lock.json'], componentCount: 1 });
  });

  it.each([
    ['no lock file', { 'package.json': '{"dependencies":{"a":"1"}}' }],
    ['requirements without a version', { 'requirements.txt': 'flask\n' }],
    ['a broken lock file alone', { 'package-lock.json': '[' }],
    ['lock files among test data', { 'test/fixtures/package-lock.json': NPM }],
    ['hostile names', { 'package-lock.json': npmLock({ 'node_modules/../../x y': { version: '1.0.0' } }) }],
  ])('is not applicable to %s', async (_title, files) => {
    expect(await reviewFolder(sbom, files)).toMatchObject({ status: 'not-applicable' });
  });
});

describe('expressions of licences', () => {
  it.each([
    ['MIT', true, 'permissive'],
    ['(MIT OR GPL-3.0-only)', true, 'permissive'],
    ['MIT AND GPL-3.0-only', true, 'strong-copyleft'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', true, 'strong-copyleft'],
    ['MPL-2.0', true, 'weak-copyleft'],
    ['SEE LICENSE IN x', false, 'other'],
    ['(MIT', false, 'other'],
    ['MIT MIT', false, 'other'],
    ['', false, 'other'],
  ])('%j', (text, isExpression, family) => {
    expect([isLicenceExpression(text), licenceFamily(text)]).toEqual([isExpression, family]);
  });
});
