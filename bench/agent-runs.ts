/** What whole runs of an agent cost over the calls that they make: two of a model that takes 50 ms, and a tool between. Needs the built package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type Case, type Figure, median, ratioOf } from './measure.ts';

interface Once {
  /** Milliseconds for each run. */
  readonly each: number;
  /** Milliseconds of processor time for each run. */
  readonly cpu: number;
  readonly peakMb: number;
  /** When all is loaded and nothing has run. */
  readonly atRestMb: number;
}

let server: ChildProcess | undefined;

function start(file: string, ...args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, ['--expose-gc', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function startServer(): Promise<string> {
  server = start('./model-server.ts', '50');
  if (server.stdout === null) throw new Error('Expected the server to have an output.');
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

/** In a process of its own, so that each has its own memory. */
async function measureOnce(kind: 'own' | 'streamed', baseURL: string, count: number): Promise<Once> {
  const child = start('./agent-runs-once.ts', kind, baseURL, String(count));
  let text = '';
  child.stdout?.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`Expected the runs to end well, got exit code ${code}.`);
  return JSON.parse(text) as Once;
}

export const agentRuns: Benchmark = {
  title:
    'whole runs at once, two calls of a model (50 ms each at the endpoint) and a tool in each, for each run; floor: the calls alone, by the openai package',
  async cases() {
    if (!existsSync(new URL('../dist/index.js', import.meta.url)))
      throw new Error('There is no dist/index.js: run `npm run build` first.');
    const baseURL = await startServer();
    return [1000].map(
      (count): Case => ({
        what: `${count} runs at once`,
        unit: 'ms',
        size: count,
        // Mostly starting processes.
        work: 1,
        async measure(round) {
          const kinds = round % 2 === 0 ? (['own', 'streamed'] as const) : (['streamed', 'own'] as const);
          const first = await measureOnce(kinds[0], baseURL, count);
          const second = await measureOnce(kinds[1], baseURL, count);
          const [ours, theirs] = round % 2 === 0 ? [first, second] : [second, first];
          return {
            own: ours.each,
            floor: theirs.each,
            more: {
              'processor ms': ours.cpu,
              'floor processor ms': theirs.cpu,
              'peak MB': ours.peakMb,
              'floor peak MB': theirs.peakMb,
              'at rest MB': ours.atRestMb,
              'floor at rest MB': theirs.atRestMb,
            },
          };
        },
      }),
    );
  },
  remarks: (figures) => figures.filter(({ samples }) => samples.length > 0).map(remark),
  async close() {
    server?.kill();
    await Promise.resolve();
  },
};

function remark(figure: Figure): string {
  const of = (name: string): number => median(figure.samples.map(({ more }) => more?.[name] ?? Number.NaN));
  const rate = Math.round(100 / ratioOf(figure));
  const byProcessor = Math.round((100 * of('floor processor ms')) / of('processor ms'));
  const memory = of('peak MB') / of('floor peak MB');
  const held = (of('peak MB') - of('at rest MB')) / (of('floor peak MB') - of('floor at rest MB'));
  const more = of('processor ms') - of('floor processor ms');
  return `${figure.what}: ${rate} % of the bare client's runs in a second by the clock, ${byProcessor} % by the processor's time, goal 85 %; ${more.toFixed(2)} ms of processor time more for each, goal 0.3; peak memory × ${memory.toFixed(2)}, goal × 1.15 (of what the runs add: × ${held.toFixed(2)})`;
}
