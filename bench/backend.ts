/**
 * What a no-op run of the memory backend costs, and how that grows with their number: submit runs and wait for the last.
 * The floor is the least that any scheduler here must do: a promise, a map entry and JSON of the input for each.
 */
import { MemoryBackend } from '../src/backends/memory/index.ts';
import type { Benchmark, Case } from './measure.ts';

const GOAL_RUNS_PER_SECOND = 100_000;
const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** A longer backlog takes minutes on a busy machine. */
const LONGEST_BACKLOG = 100_000;
/** Each figure rests on at least so many runs. */
const FEWEST_RUNS = 50_000;
const FEWEST_QUICK_RUNS = 5_000;
const tenants = ['north', 'south', 'east', 'west'] as const;

interface Measured {
  /** Nanoseconds for one run. */
  readonly cost: number;
  /** Megabytes of heap more than before, after a collection where the program was started with `--expose-gc`. */
  readonly growthMb: number;
}

/** With `isAlone`, the collector runs before and after: it takes far longer than a thousand runs. */
async function measure(size: number, isAlone = false): Promise<Measured> {
  if (isAlone) globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  let done = 0;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  const backend = new MemoryBackend();
  backend.register('nothing', async () => {
    done += 1;
    if (done === size) resolve();
    return null;
  });
  await backend.setQueue('bench', { concurrency: 64 });
  await backend.start();
  const start = process.hrtime.bigint();
  for (let index = 0; index < size; index += 1) {
    const tenant = tenants[index & 3] as string;
    await backend.submit('nothing', { index }, { queue: 'bench', tenant, priority: index % 3 });
  }
  await all;
  const elapsed = Number(process.hrtime.bigint() - start);
  if (isAlone) globalThis.gc?.();
  const growthMb = (process.memoryUsage().heapUsed - heapBefore) / 1e6;
  await backend.stop();
  return { cost: elapsed / size, growthMb };
}

/** All submitted before the first starts: the deepest backlog. */
async function measureBacklog(size: number): Promise<number> {
  const backend = new MemoryBackend();
  let done = 0;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  backend.register('nothing', async () => {
    done += 1;
    if (done === size) resolve();
    return null;
  });
  await backend.setQueue('bench', { concurrency: 64 });
  const start = process.hrtime.bigint();
  for (let index = 0; index < size; index += 1) {
    await backend.submit(
      'nothing',
      { index },
      { queue: 'bench', tenant: tenants[index & 3] as string, priority: index % 3 },
    );
  }
  await backend.start();
  await all;
  const elapsed = Number(process.hrtime.bigint() - start);
  await backend.stop();
  return elapsed / size;
}

async function measureFloor(size: number): Promise<number> {
  const kept = new Map<string, string>();
  const start = process.hrtime.bigint();
  for (let index = 0; index < size; index += 1) {
    const text = JSON.stringify({ index });
    kept.set(`run-${index}`, text);
    await (async () => JSON.parse(text) as unknown)();
  }
  return Number(process.hrtime.bigint() - start) / size;
}

export const memoryBackend: Benchmark = {
  title: 'no-op runs of four tenants, 64 at once, for each run; floor: a promise, a map entry and JSON',
  async cases({ isQuick }) {
    await measure(5_000); // the compiler warms up
    await measureBacklog(5_000);
    const sizes = SIZES.filter((size) => !isQuick || size <= 10_000);
    const fewest = isQuick ? FEWEST_QUICK_RUNS : FEWEST_RUNS;
    return sizes.flatMap((size): Case[] => {
      const repeats = Math.max(1, Math.ceil(fewest / size));
      const repeated = async (one: () => Promise<number>): Promise<number> => {
        let sum = 0;
        for (let repeat = 0; repeat < repeats; repeat += 1) sum += await one();
        return sum / repeats;
      };
      const number = size.toLocaleString('en');
      const goal = { text: '100,000 runs in a second', most: 1e9 / GOAL_RUNS_PER_SECOND };
      const cases: Case[] = [
        {
          what: `${number} runs, submitted while others run`,
          unit: 'ns',
          size: size * repeats,
          goal,
          async measure() {
            const floor = await repeated(() => measureFloor(size));
            let growth = 0;
            const own = await repeated(async () => {
              const { cost, growthMb } = await measure(size, repeats === 1);
              growth = growthMb;
              return cost;
            });
            return { own, floor, ...(repeats > 1 ? {} : { more: { 'heap MB': growth } }) };
          },
        },
        {
          what: `${number} runs, all submitted before the first starts`,
          unit: 'ns',
          size: size * repeats,
          async measure() {
            const floor = await repeated(() => measureFloor(size));
            return { own: await repeated(() => measureBacklog(size)), floor };
          },
        },
      ];
      return size > LONGEST_BACKLOG ? cases.slice(0, 1) : cases;
    });
  },
};
