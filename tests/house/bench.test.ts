import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Case, type Figure, interleave, ratioOf } from '../../bench/measure.ts';
import { BENCHMARKS } from '../../bench/names.ts';
import { ROOT } from './source-files.ts';

/** The queue may cost so many times what three touches of a map cost; at rest it is 3 to 8. */
const MOST_RATIO = 20;
/** Below, the floor is a few hundredths of a microsecond, and what else the machine does decides the ratio. */
const FEWEST_TASKS = 10_000;

function bench(
  ...args: readonly string[]
): ReturnType<typeof spawnSync> & { stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['bench/run.ts', ...args], { cwd: ROOT, encoding: 'utf8' });
}

describe('npm run bench', () => {
  it('measures the task queue against its floor', { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = bench('queue', '--quick', '--json');
    expect(status, stderr).toBe(0);
    const { name, figures } = JSON.parse(stdout) as { name: string; figures: readonly Figure[] };
    expect(name).toBe('queue');
    const done = figures.filter(({ samples }) => samples.length > 0);
    console.log(
      `queue over floor: ${done.map((figure) => `${figure.what} ${ratioOf(figure).toFixed(1)}`).join(', ')}`,
    );
    const judged = done.filter(({ size }) => size >= FEWEST_TASKS);
    expect(judged.length).toBeGreaterThan(0);
    for (const figure of judged) expect(ratioOf(figure), figure.what).toBeLessThan(MOST_RATIO);
  });

  it('tells how it is called', () => {
    const { status, stdout } = bench('--help');
    expect(status).toBe(0);
    for (const word of [...Object.keys(BENCHMARKS), '--quick', '--json']) expect(stdout).toContain(word);
  });

  it('names the benchmarks when asked for another', () => {
    const { status, stderr } = bench('kettle');
    expect(status).toBe(2);
    expect(stderr).toContain(Object.keys(BENCHMARKS).join(', '));
  });

  it('has a page that speaks of each', () => {
    const page = readFileSync(join(ROOT, 'bench/README.md'), 'utf8');
    for (const name of Object.keys(BENCHMARKS)) expect(page).toContain(`\n### ${name}\n`);
    for (const name of Object.keys(BENCHMARKS)) expect(page).toMatch(new RegExp(`^\\| ${name} +\\|`, 'm'));
  });
});

describe('rounds of a benchmark', () => {
  const busy = (ms: number): void => {
    for (const end = performance.now() + ms; performance.now() < end; );
  };
  const made = (what: string, size: number, order: string[]): Case => ({
    what,
    unit: 'ns',
    size,
    measure() {
      order.push(what);
      busy(size);
      return { own: 2 * size, floor: size };
    },
  });

  it('take turns', async () => {
    const order: string[] = [];
    const figures = await interleave([made('a', 1, order), made('b', 1, order)], {
      rounds: 3,
      budgetMs: 10_000,
    });
    expect(order.join('')).toBe('ababab');
    expect(figures.map(ratioOf)).toEqual([2, 2]);
  });

  it('leave out what would not end in time', async () => {
    const order: string[] = [];
    const cases = [made('short', 20, order), made('long', 20_000, order)];
    const figures = await interleave(cases, { rounds: 2, budgetMs: 5_000 });
    expect(order).toEqual(['short', 'short']);
    expect(figures.map(({ samples }) => samples.length)).toEqual([2, 0]);
  });
});
