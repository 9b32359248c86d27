/** Processes that work on flows, made to be killed one after the other; the next one is always loaded already. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FlowTerms } from './flow-terms.ts';

const WORKER = fileURLToPath(new URL('flow-worker.ts', import.meta.url));

export interface FlowWorker {
  readonly child: ChildProcess;
  /** All that it said. */
  readonly lines: string[];
  /** Resolves when it has said this, or has ended. */
  says(start: string): Promise<void>;
  readonly exited: Promise<unknown>;
  kill(): Promise<void>;
}

/** A process that has loaded everything, for instance `flow-worker.ts sqlite`. */
export function startFlowWorker(backend: string, cache: string): FlowWorker {
  const child = spawn(process.execPath, ['--no-warnings', WORKER, backend], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  // Whoever is killed reads no terms.
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => lines.push(line));
  const says = async (start: string): Promise<void> => {
    if (lines.some((line) => line.startsWith(start))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    output.on('line', (line) => line.startsWith(start) && resolve());
    await Promise.race([promise, exited]);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { child, lines, says, exited, kill };
}

export class FlowFleet {
  readonly #terms: FlowTerms;
  readonly #cache: string;
  readonly #all: FlowWorker[] = [];
  readonly #toldTo = new Map<string, FlowWorker>();
  #spare: FlowWorker;

  /** `cache`: a folder for compiled modules. */
  constructor(terms: FlowTerms, cache: string) {
    this.#terms = terms;
    this.#cache = cache;
    this.#spare = this.#load();
  }

  /** Sets the loaded one to work; resolves once it works. */
  async hire(): Promise<FlowWorker> {
    const worker = this.#spare;
    this.#spare = this.#load();
    await worker.says('warm');
    worker.child.stdin?.write(`${JSON.stringify(this.#terms)}\n`);
    await worker.says('ready');
    return worker;
  }

  /** Has it hand in one more flow. */
  handIn(worker: FlowWorker): void {
    const flow = `flow-${this.#toldTo.size + 1}`;
    this.#toldTo.set(flow, worker);
    worker.child.stdin?.write(`${flow}\n`);
  }

  /** Flows that are handed in, or will be: whoever was told to may have died before. */
  get flows(): readonly string[] {
    const { submitted } = this;
    return [...this.#toldTo].flatMap(([flow, { child }]) =>
      submitted.has(flow) || (child.exitCode === null && child.signalCode === null) ? [flow] : [],
    );
  }

  /** Runs whose submission was acknowledged, by flow. */
  get submitted(): ReadonlyMap<string, string> {
    const said = this.#all.flatMap(({ lines }) => lines).map((line) => line.split(' '));
    return new Map(
      said.filter(([word]) => word === 'submitted').map(([, flow = '', id = '']) => [flow, id] as const),
    );
  }

  /** Those that ended by themselves, and not because their database was away. */
  get crashed(): number {
    return this.#all.filter(
      ({ child, lines }) => child.exitCode !== null && !lines.includes('storage-failed'),
    ).length;
  }

  async close(): Promise<void> {
    for (const worker of this.#all) worker.child.kill('SIGCONT');
    await Promise.all(this.#all.map((worker) => worker.kill()));
  }

  #load(): FlowWorker {
    const worker = startFlowWorker(this.#terms.backend.backend, this.#cache);
    this.#all.push(worker);
    return worker;
  }
}
