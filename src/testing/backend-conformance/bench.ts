/** What the cases of the backend suite work with: one backend, its time, and ways to ask for what must become true. */
import assert from 'node:assert/strict';
import type { Backend, RunFunction, RunInfo, RunOutcome, SubmitOptions } from '../../contracts/backend.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';

/** A backend under test, not started, with nothing registered. */
export interface BackendSubject {
  readonly backend: Backend;
  /** Moves the backend's time on and lets happen what that wakes. With a real clock: waits. */
  advance(milliseconds: number): Promise<void>;
  /** Durable ones: drops the backend as a kill would, without a goodbye, and opens another one over the same store. */
  restart?(): Promise<Backend>;
  /** Called once the case is over and the backend stopped. */
  close(): Promise<void>;
}

/** One behaviour of a backend. */
export type CaseBody = (bench: Bench) => Promise<void>;

/** Longest real time that something may take to become true. */
const PATIENCE_MS = 10_000;

export const QUEUE = 'work';
export const TENANT = 'north';

export class Bench {
  backend: Backend;
  readonly #subject: BackendSubject;

  constructor(subject: BackendSubject) {
    this.#subject = subject;
    this.backend = subject.backend;
  }

  /** Registers functions and starts. */
  async start(functions: Readonly<Record<string, RunFunction>> = {}): Promise<void> {
    this.register(functions);
    await this.backend.start();
  }

  register(functions: Readonly<Record<string, RunFunction>>): void {
    for (const [name, work] of Object.entries(functions)) this.backend.register(name, work);
  }

  /** Kills the backend; another one goes on with these functions. */
  async restart(functions: Readonly<Record<string, RunFunction>>): Promise<void> {
    assert.ok(this.#subject.restart, 'a durable subject can restart');
    this.backend = await this.#subject.restart();
    await this.start(functions);
  }

  /** Submits to the one queue for the one tenant, unless told otherwise; gives the id. */
  async submit(name: string, input: JsonValue = null, options: Partial<SubmitOptions> = {}): Promise<string> {
    return (await this.backend.submit(name, input, { queue: QUEUE, tenant: TENANT, ...options })).id;
  }

  result(id: string, tenant = TENANT): Promise<RunOutcome> {
    return this.backend.store.result(id, tenant);
  }

  /** The output of a run that must complete. */
  async output(id: string, tenant = TENANT): Promise<JsonValue> {
    const outcome = await this.result(id, tenant);
    assert.equal(outcome.status, 'completed', `run ${id} should complete, but: ${outcome.error?.message}`);
    return outcome.output;
  }

  async info(id: string, tenant = TENANT): Promise<RunInfo> {
    const info = await this.backend.store.get(id, tenant);
    assert.ok(info, `run ${id} of ${tenant} should be there`);
    return info;
  }

  async list(filter: Partial<Parameters<Backend['store']['list']>[0]> = {}): Promise<readonly RunInfo[]> {
    const runs: RunInfo[] = [];
    for await (const run of this.backend.store.list({ tenant: TENANT, ...filter })) runs.push(run);
    return runs;
  }

  advance(milliseconds: number): Promise<void> {
    return this.#subject.advance(milliseconds);
  }

  /** Waits until something is so, without moving a manual clock. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    while (!(await isSo())) {
      assert.ok(performance.now() < giveUpAt, `expected that ${what}`);
      await new Promise((resolve) => setImmediate(resolve));
      await this.advance(0);
    }
  }

  untilStatus(id: string, status: RunInfo['status'], tenant = TENANT): Promise<void> {
    return this.until(
      `run ${id} becomes ${status}`,
      async () => (await this.info(id, tenant)).status === status,
    );
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await this.advance(0);
  }

  async close(): Promise<void> {
    await this.backend.stop();
    await this.#subject.close();
  }
}

/** The promise must reject with this code. */
export async function rejectsWith(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.equal((error as { code?: unknown }).code, code);
    return true;
  });
}

/** A door that work waits at until it is opened. It gives way to an abort. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  /** How many have come to it. */
  arrivals = 0;

  open(): void {
    this.#opened.resolve();
  }

  async pass(signal?: AbortSignal): Promise<void> {
    this.arrivals += 1;
    if (signal === undefined) return this.#opened.promise;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#opened.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** A function that notes its input and returns it. */
export function recorder(log: JsonValue[]): RunFunction {
  return async (_context, input) => {
    log.push(input);
    return input;
  };
}

/** By their text; the list given stays as it is. */
export function sorted(list: readonly JsonValue[]): JsonValue[] {
  return [...list].sort((a, b) => (String(a) < String(b) ? -1 : 1));
}
