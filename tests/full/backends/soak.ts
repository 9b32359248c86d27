/** Runs very many tasks, a few hundred at a time, and looks at the heap after each tenth. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Bytes of heap after a collection. What has been resolved gets its turn before. */
export async function settledHeap(): Promise<number> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

export interface Soaked {
  /** Bytes of heap after a collection, at the end of each tenth. */
  readonly heaps: readonly number[];
  readonly warnings: readonly string[];
  readonly unhandled: readonly string[];
  readonly seconds: number;
}

/** Calls `run` for each number up to `count`, `width` at once. */
export async function soak(
  count: number,
  width: number,
  run: (index: number) => Promise<unknown>,
): Promise<Soaked> {
  const warnings: string[] = [];
  const unhandled: string[] = [];
  const onWarning = ({ name, message }: Error): unknown => warnings.push(`${name}: ${message}`);
  const onUnhandled = (reason: unknown): unknown => unhandled.push(String(reason));
  process.on('warning', onWarning);
  process.on('unhandledRejection', onUnhandled);
  const heaps: number[] = [];
  const from = performance.now();
  try {
    for (let tenth = 0; tenth < 10; tenth += 1) {
      for (let index = (tenth * count) / 10; index < ((tenth + 1) * count) / 10; index += width)
        await Promise.all(Array.from({ length: width }, (_, offset) => run(index + offset)));
      heaps.push(await settledHeap());
    }
  } finally {
    process.off('warning', onWarning);
    process.off('unhandledRejection', onUnhandled);
  }
  return { heaps, warnings, unhandled, seconds: (performance.now() - from) / 1000 };
}

export function describeSoak(what: string, count: number, { heaps, seconds }: Soaked): string {
  const megabytes = heaps.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
  return `${what}: ${count.toLocaleString('en')} in ${seconds.toFixed(0)} s; heap by tenth, MB: ${megabytes}`;
}
