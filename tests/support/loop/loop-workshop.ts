/** Kills processes in the middle of a loop of a model and its tools, and lets others go on. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TaskResult } from '../../../src/contracts/task.ts';
import { type ModelServer, type Part, startModelServer } from './model-server.ts';

const call = (name: string, n: number) => ({ name, arguments: { n } });
const ANSWER: Part = {
  calls: [{ name: 'submit_answer', arguments: { summary: 'Done.', claims: [], open: [], isDone: true } }],
};
/** Two looks at once, a write, one more look, the answer. */
const LONG: readonly Part[] = [
  { calls: [call('look', 1), call('look', 2)] },
  { calls: [call('write', 3)] },
  { calls: [call('look', 4)] },
];
/** What the tools of the long script are called with. */
export const ONCE = ['look-1', 'look-2', 'look-4', 'write-3'];

/** `ours`: one of the nine agents. `own`: a subclass with a loop of its own. `ask`, `approve`: a person must allow. */
export type Way = 'ours' | 'own' | 'ask' | 'approve';

export interface Worker {
  readonly result: Promise<TaskResult>;
  /** What it wrote on standard error. */
  said(): string;
  kill(): Promise<void>;
}

/** A folder, a model and the processes that work there. */
export class LoopWorkshop {
  readonly server: ModelServer;
  readonly #folder = mkdtempSync(join(tmpdir(), 'loops-'));
  readonly #workers = new Set<ChildProcess>();

  private constructor(server: ModelServer) {
    this.server = server;
  }

  static async open(way: Way): Promise<LoopWorkshop> {
    const short = way === 'ask' || way === 'approve';
    const last: Part = way === 'own' ? { text: 'Done.' } : ANSWER;
    return new LoopWorkshop(
      await startModelServer(short ? [{ calls: [call('write', 3)] }, last] : [...LONG, last]),
    );
  }

  start(way: Way): Worker {
    const path = fileURLToPath(new URL('./worker.ts', import.meta.url));
    const child = spawn(process.execPath, [path, join(this.#folder, 'runs.db'), this.server.url, way], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#workers.add(child);
    let text = '';
    let said = '';
    child.stdout.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    child.stderr.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    const ended = once(child, 'exit');
    const result = ended.then(() => {
      if (text === '') throw new Error(`The worker ended without a result: ${said}`);
      return JSON.parse(text) as TaskResult;
    });
    result.catch(() => undefined);
    return {
      result,
      said: () => said,
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  /** Kills a worker where it waits for `what`, a turn or a call of a tool, and lets another go on. */
  async killAt(way: Way, what: number | string): Promise<TaskResult> {
    const held = this.server.hold(what);
    const first = this.start(way);
    const early = first.result.then((result) => Promise.reject(new Error(JSON.stringify(result))));
    await Promise.race([held, early]);
    await first.kill();
    early.catch(() => undefined);
    void this.server.hold(undefined);
    return this.start(way).result;
  }

  /** Tools that were called, by name. */
  get tools(): readonly string[] {
    return [...this.server.tools].sort((a, b) => (a < b ? -1 : 1));
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.kill('SIGKILL');
    await this.server.close();
    rmSync(this.#folder, { recursive: true });
  }
}
