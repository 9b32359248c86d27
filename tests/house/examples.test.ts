import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../support/built-package.ts';
import { ROOT } from './source-files.ts';

const FOLDER = join(ROOT, 'examples');
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));
const textOf = (name: string): string => readFileSync(join(FOLDER, `${name}.ts`), 'utf8');

/** Runs an example as its reader would, against what is published. */
function run(name: string): {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
} {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(FOLDER, `${name}.ts`)], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
    // No key and no colours, whatever the machine of the reader has.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NO_COLOR: '1' },
  });
  return { stdout, stderr, status };
}

/** What the last comment says is printed. */
function promised(text: string): readonly string[] {
  const [, block = ''] = text.split('\n// Prints:\n');
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\/\/ ?/, ''));
}

function lines(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

beforeAll(ensureBuilt, 300_000);

describe.each(NAMES)('example %s', (name) => {
  it('prints what its last comment says', { timeout: 90_000 }, () => {
    const { stdout, stderr, status } = run(name);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines(stdout)).toEqual(promised(textOf(name)));
  });

  it('opens with one sentence and has 10 to 60 lines', () => {
    const text = textOf(name);
    expect(text).toMatch(/^\/\/ [A-Z][^\n]+\.\n/);
    expect(text.trimEnd().split('\n').length).toSatisfy((count: number) => count >= 10 && count <= 60);
  });

  it('imports nothing but the package, Node and zod for schemas', () => {
    const targets = [...textOf(name).matchAll(/^(?:import\b.*|\}) from '([^']+)';$/gm)].map(
      (match) => match[1] as string,
    );
    const others = targets.filter(
      (target) => !/^(?:autogen-orchestrator(?:\/[a-z/]+)?|node:[a-z_/]+|zod)$/.test(target),
    );
    // A server of that protocol is made with the protocol's own package.
    expect(
      others.filter((target) => name !== 'mcp' || !target.startsWith('@modelcontextprotocol/sdk/')),
    ).toEqual([]);
    expect(targets).toContain('autogen-orchestrator');
  });
});

describe('the examples together', () => {
  it('have right types where a reader asks for `strict` and nothing more', { timeout: 60_000 }, () => {
    const compiler = join(ROOT, 'node_modules/@typescript/native/bin/tsc');
    const flags =
      '--ignoreConfig --noEmit --strict --module nodenext --target es2024 --skipLibCheck --types node';
    const files = NAMES.map((name) => join(FOLDER, `${name}.ts`));
    const { stdout, status } = spawnSync(process.execPath, [compiler, ...flags.split(' '), ...files], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

describe('the list of examples', () => {
  const list = readFileSync(join(FOLDER, 'README.md'), 'utf8');

  it('has one line and one command for each', () => {
    const rows = [
      ...list.matchAll(/^\| \[([a-z-]+)\.ts\]\(\1\.ts\) +\| .+ \| `npm run example -- \1` +\|$/gm),
    ];
    expect(rows.length).toBe(NAMES.length);
    expect(new Set(rows.map((row) => row[1]))).toEqual(new Set(NAMES));
  });

  it('is what `npm run example` prints without a name', () => {
    const { stdout } = spawnSync(process.execPath, [join(ROOT, 'scripts/example.ts')], { encoding: 'utf8' });
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });
});
