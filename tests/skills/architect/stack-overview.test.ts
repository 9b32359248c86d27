import { describe, expect, it } from 'vitest';
import { declaredPackages } from '../../../src/skills/architect/manifest-packages.ts';
import { stackOverview } from '../../../src/skills/architect/stack-overview.ts';
import { runOver } from '../source/temp-folder.ts';

function read(path: string, text: string) {
  const found = declaredPackages({ path, text, lines: text.split('\n'), digest: '' });
  return found?.map(({ name, version, line }) => `${line} ${name} ${version}`.trim());
}

describe('stack-overview', () => {
  it('counts languages by lines, leaving out lock files', async () => {
    const artifact = await runOver(stackOverview, {
      'a.py': 'a\nb\nc\n',
      'b.ts': 'x',
      'package-lock.json': '1\n2\n3\n4\n',
      LICENSE: 'MIT',
    });
    expect(artifact.status).toBe('done');
    expect(artifact.data['languages']).toEqual([
      { language: 'python', files: 1, lines: 3, share: 0.6 },
      { language: 'text', files: 1, lines: 1, share: 0.2 },
      { language: 'typescript', files: 1, lines: 1, share: 0.2 },
    ]);
  });

  it('names frameworks and tools with the line that shows each', async () => {
    const artifact = await runOver(stackOverview, {
      'package.json':
        '{\n  "dependencies": {\n    "express": "^5.1.0",\n    "pg": "8"\n  },\n  "devDependencies": { "vitest": "^3" },\n  "keywords": ["jest"]\n}',
      'api/requirements.txt': '# tools\nFlask==3.0.1\nSQLAlchemy[asyncio]>=2\n',
      '.github/workflows/ci.yml': 'on: push',
      Dockerfile: 'FROM node:22',
    });
    const found = (artifact.data['technologies'] as readonly Record<string, unknown>[]).map(
      (one) => `${one['kind']} ${one['name']} ${one['version']} ${one['path']}:${one['line']}`,
    );
    expect(found).toEqual([
      'ci GitHub Actions null .github/workflows/ci.yml:1',
      'container Docker null Dockerfile:1',
      'database PostgreSQL 8 package.json:4',
      'database SQLAlchemy >=2 api/requirements.txt:3',
      'framework Express ^5.1.0 package.json:3',
      'framework Flask ==3.0.1 api/requirements.txt:2',
      'runtime Node.js null package.json:1',
      'runtime Python null api/requirements.txt:1',
      'test Vitest ^3 package.json:6',
    ]);
    expect(artifact.evidence.map((one) => one.type === 'location' && one.excerpt)).toContain(
      '"express": "^5.1.0",',
    );
  });

  it('does not call a repository built on what only its tests need', async () => {
    const artifact = await runOver(stackOverview, {
      'package.json':
        '{\n  "dependencies": { "fastify": "5" },\n  "devDependencies": {\n    "express": "^5.2.1",\n    "pg": "8"\n  }\n}',
      'api/package.json': '{\n  "dependencies": { "pg": "8" }\n}',
    });
    expect(artifact.summary).toContain(
      'Built on PostgreSQL, Fastify, Node.js. For development alone: Express.',
    );
  });

  it('is done, with evidence, for a folder in a language it knows nothing of', async () => {
    const artifact = await runOver(stackOverview, { 'a.unknown': 'hello\n' });
    expect([artifact.status, artifact.evidence.length]).toEqual(['done', 1]);
    expect(artifact.summary).toContain('1 text file with 0 lines');
  });

  it('does not apply to an empty folder', async () => {
    expect((await runOver(stackOverview, {})).status).toBe('not-applicable');
  });

  it('reads manifests of other ecosystems', () => {
    expect(
      read(
        'pyproject.toml',
        '[project]\ndependencies = [\n  "fastapi>=0.1",\n]\n[tool.poetry.dependencies]\ndjango = "^5"',
      ),
    ).toEqual(['3 fastapi >=0.1', '6 django ^5']);
    expect(
      read(
        'go.mod',
        'module x\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.0\n\tgithub.com/a/b/v2 v2.0.0 // indirect\n)',
      ),
    ).toEqual(['3 github.com/gin-gonic/gin v1.9.0', '4 github.com/a/b v2.0.0']);
    expect(
      read('Cargo.toml', '[dependencies]\naxum = "0.8"\nsqlx = { features = ["x"], version = "0.7" }'),
    ).toEqual(['2 axum 0.8', '3 sqlx 0.7']);
    expect(read('Gemfile', "gem 'rails', '~> 7.1'\ngem \"pg\"")).toEqual(['1 rails ~> 7.1', '2 pg']);
    expect(read('composer.json', '{\n  "require": {\n    "laravel/framework": "^11.0"\n  }\n}')).toEqual([
      '3 laravel/framework ^11.0',
    ]);
    expect(read('notes.txt', 'express')).toBeUndefined();
  });
});
