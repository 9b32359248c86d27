import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../support/built-package.ts';
import { ROOT } from './source-files.ts';

const ROUNDS = 9;
/** Milliseconds that the root import may take on the machine that the goal was set for. */
const GATE_MS = 100;
/** What the packages that the root import can't do without take on that machine. */
const FLOOR_THERE_MS = 36;
/** All of the library may take this many times what those packages take. */
const GATE_RATIO = 3;

const PACKAGE = `await import(${JSON.stringify(join(ROOT, 'dist/index.js'))});`;
const FLOOR = `await import('pino'); await import('@opentelemetry/api');`;

/** Packages that the root import may load; each further one needs a reason. */
const ALLOWED = new Set([
  ...['@opentelemetry/api', 'minisearch', 'pino'],
  // What pino brings.
  ...[
    '@pinojs/redact',
    'atomic-sleep',
    'on-exit-leak-free',
    'pino-std-serializers',
    'quick-format-unescaped',
  ],
  ...['real-require', 'safe-stable-stringify', 'sonic-boom', 'thread-stream'],
]);

/** What a program prints in an empty process of Node. */
function printed(program: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function timeOf(program: string): number {
  return Number(
    printed(`const start = performance.now(); ${program} console.log(performance.now() - start);`),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

describe('the root import', () => {
  beforeAll(ensureBuilt, 120_000);

  it('takes little more time than the packages it stands on', { timeout: 60_000 }, () => {
    const own: number[] = [];
    const floor: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      floor.push(timeOf(FLOOR));
      own.push(timeOf(PACKAGE));
    }
    const ratio = median(own) / median(floor);
    const slowness = Math.max(1, median(floor) / FLOOR_THERE_MS);
    const spread = (values: readonly number[]): string =>
      `median ${median(values).toFixed(1)} ms (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
    console.log(
      `root import: ${spread(own)}; pino and @opentelemetry/api alone: ${spread(floor)}; ratio ${ratio.toFixed(2)}, machine factor ${slowness.toFixed(2)}`,
    );
    expect(ratio).toBeLessThan(GATE_RATIO);
    expect(median(own)).toBeLessThan(GATE_MS * slowness);
  });

  it('loads no package that can wait until it is needed', () => {
    const packages = printed(`
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      registerHooks({
        load(url, context, next) {
          const name = /[/]node_modules[/]((?:@[^/]+[/])?[^/]+)[/](?!.*[/]node_modules[/])/.exec(url)?.[1];
          if (name !== undefined) loaded.add(name);
          return next(url, context);
        },
      });
      ${PACKAGE}
      console.log(JSON.stringify([...loaded]));
    `);
    const loaded = JSON.parse(packages) as string[];
    expect(loaded).toContain('pino');
    expect(loaded.filter((name) => !ALLOWED.has(name))).toEqual([]);
  });
});
