/** The package as a stranger gets it: packed, installed in an empty folder, run, imported and type-checked there. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report-schema.ts';
import { run, type TempFolder, tempFolder, writeFiles } from '../cli/support.ts';

const LONG = 280_000;
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const HEAVY =
  /\b(?:typescript|playwright\S*|vitest|@babel\/core|esbuild|better-sqlite3|openai|langchain|puppeteer)@/;

describe('the packed package', { timeout: LONG }, () => {
  let folder: TempFolder;

  beforeAll(async () => {
    folder = await tempFolder({
      'package.json': '{ "name": "stranger", "version": "1.0.0", "private": true }',
    });
    const packed = await run('npm', ['pack', '--json', '--pack-destination', folder.root], { cwd: PROJECT });
    expect(packed.exitCode, packed.stderr).toBe(0);
    const tarball = (await readdir(folder.root)).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
    const installed = await run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`], {
      cwd: folder.root,
    });
    expect(installed.exitCode, installed.stderr).toBe(0);
  }, LONG);
  afterAll(() => folder[Symbol.asyncDispose]());

  it('reviews the sample inside the package: nine agents are done', async () => {
    const ended = await run('npx', ['--no-install', 'autogen-orchestrator', '--out', 'out'], {
      cwd: folder.root,
    });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stdout).toContain('All 9 agents are done.');
    const { default: report } = (await import(join(folder.root, 'out/report.json'), {
      with: { type: 'json' },
    })) as { default: Report };
    expect(report.agents.map(({ name, status }) => `${name} ${status}`)).toEqual(
      report.agents.map(({ name }) => `${name} done`),
    );
    expect(report.agents).toHaveLength(9);
  });

  it('works when imported from plain JavaScript', async () => {
    await writeFile(
      join(folder.root, 'use.mjs'),
      `import { allAgents, Orchestrator } from 'autogen-orchestrator';
import { allSkills } from 'autogen-orchestrator/skills';
const orchestrator = new Orchestrator();
orchestrator.registerAgents(allAgents());
await orchestrator.shutdown();
console.log(allAgents().length, allSkills.length > 10);
`,
    );
    expect(await run(process.execPath, ['use.mjs'], { cwd: folder.root })).toEqual({
      exitCode: 0,
      stdout: '9 true\n',
      stderr: '',
    });
  });

  it('says what the DBOS backend needs, and takes no other release', async () => {
    await writeFile(
      join(folder.root, 'dbos.mjs'),
      `import { DbosBackend } from 'autogen-orchestrator/backends/dbos';
const backend = new DbosBackend({ connectionString: 'postgres://127.0.0.1:1/none', patienceMs: 0 });
await backend.start().catch(({ code, details }) => console.log(code, details.package, details.version ?? details.install));
`,
    );
    const start = (): ReturnType<typeof run> => run(process.execPath, ['dbos.mjs'], { cwd: folder.root });
    const install = 'npm install pg@8 @dbos-inc/dbos-sdk@5.3.0';
    expect(await start()).toEqual({
      exitCode: 0,
      stdout: `optional-package-missing @dbos-inc/dbos-sdk ${install}\n`,
      stderr: '',
    });
    await writeFiles(folder.root, {
      'node_modules/@dbos-inc/dbos-sdk/package.json':
        '{ "name": "@dbos-inc/dbos-sdk", "version": "5.2.0", "main": "index.js" }',
      'node_modules/@dbos-inc/dbos-sdk/index.js': 'exports.DBOS = class {};',
    });
    expect((await start()).stdout).toBe('optional-package-missing @dbos-inc/dbos-sdk 5.2.0\n');
    await rm(join(folder.root, 'node_modules/@dbos-inc'), { recursive: true });
  });

  it('brings no heavy package along', async () => {
    const { stdout, exitCode } = await run('npm', ['ls', '--all'], { cwd: folder.root });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('autogen-orchestrator@');
    // An optional peer that is not there is listed all the same.
    expect(stdout.replace(/^.*UNMET OPTIONAL.*$/gm, '')).not.toMatch(HEAVY);
  });

  it('has types that a strict TypeScript project resolves, and that refuse what is wrong', async () => {
    const use = (extra: string): string =>
      `import { allAgents, Orchestrator } from 'autogen-orchestrator';
export const orchestrator: Orchestrator = new Orchestrator({ workspace: '.' });
orchestrator.registerAgents(allAgents());
${extra}
import { DbosBackend } from 'autogen-orchestrator/backends/dbos';
export const backend = new DbosBackend({ connectionString: 'postgres://localhost/work' });
`;
    const options = {
      strict: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2024', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [join(PROJECT, 'node_modules/@types')],
      noEmit: true,
      skipLibCheck: false,
    };
    await writeFiles(folder.root, {
      'good/use.mts': use(''),
      'good/tsconfig.json': JSON.stringify({ compilerOptions: options }),
      'bad/use.mts': use('orchestrator.registerAgents(3);'),
      'bad/tsconfig.json': JSON.stringify({ compilerOptions: options }),
    });
    const compiler = join(PROJECT, 'node_modules/.bin/tsc');
    const good = await run(compiler, ['-p', 'good'], { cwd: folder.root });
    expect(good.stdout).toBe('');
    expect(good.exitCode).toBe(0);
    const bad = await run(compiler, ['-p', 'bad'], { cwd: folder.root });
    expect(bad.stdout).toMatch(/use\.mts\(4,.*error TS2345/);
  });
});
