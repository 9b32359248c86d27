/**
 * How many runs the memory backend does in a second, and how the cost of one grows with their number: submit no-op runs
 * and wait for the last. Run with `node bench/backend.ts`; `node bench/backend.ts 5 100000` sets rounds and the largest size.
 * The floor is the least that any scheduler here must do: a promise, a map entry and JSON of the input for each.
 */
import { MemoryBackend } from '../src/backends/memory/index.ts';

const GOAL_RUNS_PER_SECOND = 100_000;
const rounds = Number(process.argv[2] ?? 5);
const largest = Number(process.argv[3] ?? 1_000_000);
const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= largest);
const tenants = ['north', 'south', 'east', 'west'] as const;

interface Measured {
  /** Nanoseconds for one run. */
  readonly cost: number;
  /** Megabytes of heap more than before, after a collection where the program was started with `--expose-gc`. */
  readonly growthMb: number;
}

async function measure(size: number): Promise<Measured> {
  globalThis.gc?.();
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
  globalThis.gc?.();
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

async function repeated(size: number, one: () => Promise<number>): Promise<number> {
  const repeats = Math.max(1, Math.ceil(50_000 / size));
  let sum = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) sum += await one();
  return sum / repeats;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} ns (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)})`;

await measure(20_000); // the compiler warms up
await measureBacklog(20_000);
const table = new Map(
  sizes.map((size) => [
    size,
    { steady: [] as number[], backlog: [] as number[], floor: [] as number[], heap: [] as number[] },
  ]),
);
for (let round = 0; round < rounds; round += 1) {
  for (const [size, figures] of table) {
    figures.floor.push(await repeated(size, () => measureFloor(size)));
    figures.steady.push(
      await repeated(size, async () => {
        const { cost, growthMb } = await measure(size);
        figures.heap.push(growthMb);
        return cost;
      }),
    );
    figures.backlog.push(await repeated(size, () => measureBacklog(size)));
  }
}

console.log(
  `memory backend: no-op runs of four tenants, 64 at once, ${rounds} rounds, interleaved; median (least to most)`,
);
for (const [size, { steady, backlog, floor, heap }] of table) {
  const rate = Math.round(1e9 / median(steady));
  console.log(
    [
      `n = ${String(size).padStart(9)}`,
      `${rate.toLocaleString('en')} runs/s`,
      `a run ${spread(steady)}`,
      `backlog first ${spread(backlog)}`,
      `floor ${spread(floor)}, ratio ${(median(steady) / median(floor)).toFixed(1)}`,
      `heap +${median(heap).toFixed(0)} MB`,
      rate >= GOAL_RUNS_PER_SECOND ? 'goal met' : `below the goal of ${GOAL_RUNS_PER_SECOND}`,
    ].join('  '),
  );
}
