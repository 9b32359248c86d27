import { describe, expect, it } from 'vitest';
import { complianceCheck } from '../../../src/skills/security/compliance-check.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const MIT = 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n';
const APACHE =
  '                                 Apache License\n                           Version 2.0, January 2004\n';
const manifest = (more: object = {}): string =>
  JSON.stringify({ name: 'a', private: true, ...more }, null, 2);

async function check(files: FolderContent): Promise<{ places: string[]; status: Record<string, string> }> {
  const artifact = await reviewFolder(complianceCheck, files);
  const practices = artifact.data['practices'] as { id: string; status: string }[];
  return {
    places: placesOf(artifact),
    status: Object.fromEntries(practices.map(({ id, status }) => [id, status])),
  };
}

describe('compliance-check', () => {
  it('knows a licence whose lines break elsewhere', async () => {
    const { status } = await check({
      'package.json': manifest({ license: 'MIT' }),
      LICENSE:
        '(The MIT License)\n\nPermission is hereby granted, free of charge, to any person obtaining\na copy of this\n',
    });
    expect(status['licence-consistent']).toBe('pass');
  });

  it('passes a repository that follows them all', async () => {
    const { places, status } = await check({
      'package.json': manifest({ private: false, license: 'MIT', dependencies: { b: '1' } }),
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: { 'node_modules/b': { version: '1.0.0', license: 'ISC' } },
      }),
      LICENSE: MIT,
      'SECURITY.md': 'Write to security@example.com.\n',
      '.github/CODEOWNERS': '* @a\n',
      '.github/dependabot.yml': 'version: 2\n',
      '.github/workflows/ci.yml': `on: [push]\npermissions: {}\njobs:\n  a:\n    steps:\n      - uses: a/b@${'a'.repeat(40)}\n      - run: npm test\n`,
    });
    expect(places).toEqual([]);
    expect([...new Set(Object.values(status))]).toEqual(['pass']);
  });

  it.each([
    [
      'a committed file of secrets',
      { '.env.production': 'PORT=1\nDB_PASSWORD=k3rT9x-Vb72\n' },
      'practice-missing .env.production:2',
      'no-committed-secrets-file',
    ],
    [
      'two licences',
      { 'package.json': manifest({ license: 'MIT' }), LICENSE: APACHE },
      'practice-missing package.json:4',
      'licence-consistent',
    ],
    [
      'a program without a lock file',
      { 'package.json': manifest({ dependencies: { b: '1' } }), 'a.js': 'a();\n' },
      'practice-missing package.json:1',
      'lock-file',
    ],
    [
      'a pipeline without tests beside tests',
      {
        '.github/workflows/ci.yml': 'on: push\njobs: { a: { steps: [{ run: npm run lint }] } }\n',
        'test/a.test.js': 'test();\n',
      },
      'practice-missing .github/workflows/ci.yml:1',
      'ci-tests',
    ],
    [
      'a strict licence below a mild one',
      {
        'package.json': manifest({ private: false, license: 'MIT', dependencies: { b: '1' } }),
        LICENSE: MIT,
        'SECURITY.md': 'x\n',
        'package-lock.json': JSON.stringify({
          lockfileVersion: 3,
          packages: { 'node_modules/b': { version: '1.0.0', license: 'AGPL-3.0-only' } },
        }),
      },
      'practice-missing package.json:6',
      'dependency-licences',
    ],
  ])('reports %s', async (_title, files, place, id) => {
    const { places, status } = await check(files);
    expect(places).toEqual([place]);
    expect(status[id]).toBe('fail');
  });

  const workflow = (head: string, job = ''): Record<string, string> => ({
    '.github/workflows/ci.yml': `${head}jobs:\n  a:\n${job}    steps:\n      - run: npm test && git push\n  b:\n    steps:\n      - run: echo b\n`,
  });

  it.each([
    ['none', workflow('on: push\n'), 'fail'],
    ['those of one job of two', workflow('on: push\n', '    permissions: {}\n'), 'fail'],
    ['all', workflow('on: push\npermissions: write-all\n'), 'fail'],
    ['those of the workflow', workflow('on: push\npermissions:\n  contents: read\n'), 'pass'],
    ['all for one job', workflow('on: push\npermissions: {}\n', '    permissions: write-all\n'), 'fail'],
  ])('judges a token by the rights of every job: %s', async (_title, files, expected) => {
    expect((await check(files)).status['token-permissions']).toBe(expected);
  });

  it.each([
    ['on: workflow_dispatch\n', 'fail'],
    ['on:\n  schedule:\n    - cron: "0 3 * * *"\n', 'fail'],
    ['on: [push]\n', 'pass'],
    ['on:\n  pull_request:\n', 'pass'],
  ])(
    'tests that push something are run on a change only when the workflow is: %s',
    async (head, expected) => {
      expect((await check(workflow(head))).status['ci-tests']).toBe(expected);
    },
  );

  it('asks who publishes a package for a policy and a licence', async () => {
    const { places } = await check({ 'package.json': manifest({ private: false }) });
    expect(places).toEqual(['practice-missing package.json:1', 'practice-missing package.json:1']);
  });

  it.each([
    ['an example of settings', { '.env.example': 'DB_PASSWORD=k3rT9x-Vb72\n' }],
    ['settings without a secret', { '.env': 'VITE_TITLE=Shop\nPORT=8080\nDB_PASSWORD=\nAPI_KEY=changeme\n' }],
    ['a file of secrets that git ignores', { '.gitignore': '.env\n', '.env': 'DB_PASSWORD=k3rT9x-Vb72\n' }],
    [
      'one of two licences',
      { 'package.json': manifest({ license: '(MIT OR Apache-2.0)' }), 'LICENSE-MIT': MIT },
    ],
    [
      'a name of a licence with a suffix',
      {
        'package.json': manifest({ license: 'GPL-3.0-or-later' }),
        COPYING:
          'GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n… GNU Lesser General Public License …\n',
      },
    ],
    ['a private program without licence and policy', { 'package.json': manifest(), 'a.js': 'a();\n' }],
    [
      'a licence of its own',
      { 'package.json': manifest({ license: 'SEE LICENSE IN LICENSE' }), LICENSE: 'All rights reserved.\n' },
    ],
    [
      'a pipeline that calls a script',
      {
        '.github/workflows/ci.yml': 'on: push\njobs: { a: { steps: [{ run: ./ci.sh }] } }\n',
        'test/a.test.js': 'test();\n',
      },
    ],
  ])('reports nothing of %s', async (_title, files) => {
    expect((await check(files)).places).toEqual([]);
  });

  it('reads licences of installed packages, and says what it can not tell', async () => {
    const files = {
      'package.json': manifest({ license: 'MIT', dependencies: { b: '1' } }),
      'yarn.lock': 'b@1:\n  version "1.0.0"\n',
    };
    expect((await check(files)).status['dependency-licences']).toBe('unknown');
    const installed = { ...files, 'node_modules/b/package.json': '{"license":"MIT"}' };
    expect((await check(installed)).status['dependency-licences']).toBe('pass');
  });

  it('names the source of each practice and masks what it shows', async () => {
    const artifact = await reviewFolder(complianceCheck, { '.env': 'API_TOKEN=qW3rTy-99-zXcVb\n' });
    for (const { source } of artifact.data['practices'] as { source: string }[])
      expect(source).toMatch(/^(?:OpenSSF Scorecard|OWASP ASVS|SPDX)/);
    expect(JSON.stringify(artifact)).not.toContain('qW3rTy-99-zXcVb');
  });

  it('is not applicable to an empty folder', async () => {
    expect(await reviewFolder(complianceCheck, {})).toMatchObject({ status: 'not-applicable' });
  });
});
