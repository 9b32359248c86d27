/**
 * Runs in memory: the default backend. One process, nothing outlives it; everything else is as the contract says:
 * journalled steps, waits that hold no slot, dependencies, priorities with ageing, fair turns between tenants.
 */
import type {
  Backend,
  BackendCapabilities,
  QueueOptions,
  RegisterOptions,
  RunFunction,
  RunReference,
  RunStore,
  SubmitOptions,
} from '../../contracts/backend.ts';
import {
  checkClock,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkString,
} from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type Clock, systemClock } from '../../shared/time.ts';
import { Breather } from '../driving/breather.ts';
import { drain } from '../driving/drain.ts';
import { toJsonText } from '../driving/json-text.ts';
import { checkName } from '../driving/names.ts';
import { backendStopped, registeredTooLate } from '../driving/refusals.ts';
import { cancelledFor, notFound } from '../driving/run-row.ts';
import { resolveSubmission } from '../driving/submission.ts';
import { MemoryRunStore } from './memory-run-store.ts';
import { RunDriver } from './run-driver.ts';
import { RunInbox } from './run-inbox.ts';
import type { RunRecord } from './run-record.ts';
import { RunTable } from './run-table.ts';

/** Whoever submits in a loop lets timers and sockets have their turn after so many. */
const SUBMISSIONS_PER_TURN = 1000;

/** All have defaults. */
export interface MemoryBackendOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default randomIds */
  readonly ids?: IdSource;
  /**
   * Ended runs that stay readable, newest first; older ones are forgotten, so that memory stays flat. What an open run
   * depends on and the children of open runs are kept beyond that. Of forgotten ones it is still known for a while
   * (ten times this many) whether they completed, for those that depend on them. @default 10000
   */
  readonly keepFinished?: number;
  /** `cancel` and `stop` wait this long for functions that ignore their signal; then they free the slot. @default 5000 */
  readonly cancelGraceMs?: number;
}

/**
 * @example
 * const backend = new MemoryBackend();
 * backend.register('double', async (context, input) => context.step('once', async () => Number(input) * 2));
 * await backend.start();
 * const { id } = await backend.submit('double', 21, { queue: 'numbers', tenant: 'default' });
 * (await backend.store.result(id, 'default')).output; // 42
 * await backend.stop();
 */
export class MemoryBackend implements Backend {
  readonly capabilities: BackendCapabilities = Object.freeze({ durable: false, distributed: false });
  readonly store: RunStore;
  readonly #table: RunTable;
  readonly #driver: RunDriver;
  readonly #breather = new Breather(SUBMISSIONS_PER_TURN);
  #state: 'created' | 'started' | 'stopping' = 'created';
  #stopping: Promise<void> | undefined;

  constructor(options: MemoryBackendOptions = {}) {
    checkObject('options', options);
    const { clock = systemClock, ids = randomIds, keepFinished = 10_000, cancelGraceMs = 5_000 } = options;
    this.#table = new RunTable(checkInteger('keepFinished', keepFinished, 0));
    this.#driver = new RunDriver({
      clock: checkClock('clock', clock),
      ids: checkFunction('ids', ids),
      table: this.#table,
      cancelGraceMs: checkInteger('cancelGraceMs', cancelGraceMs, 0),
    });
    this.store = new MemoryRunStore(this.#table, this.#driver.alarms);
  }

  register(name: string, work: RunFunction, options?: RegisterOptions): void {
    if (this.#state !== 'created') throw registeredTooLate(name);
    this.#driver.functions.add(name, work, options);
  }

  /** Starts to drive runs. Twice is once. */
  async start(): Promise<void> {
    this.#refuseWhenStopped();
    if (this.#state === 'started') return;
    this.#state = 'started';
    this.#driver.dispatcher.turn('open');
  }

  /** What is still open after `drainMs` is ended as cancelled with `stopped`: there is no later process to go on. */
  async stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = 0 } = checkObject('options', options) as { readonly drainMs?: number };
    checkNumber('drainMs', drainMs, 0);
    this.#stopping ??= this.#stop(drainMs);
    await this.#stopping;
  }

  async #stop(drainMs: number): Promise<void> {
    const { dispatcher, alarms } = this.#driver;
    const hadStarted = this.#state === 'started';
    this.#state = 'stopping';
    if (hadStarted && drainMs > 0) {
      dispatcher.turn('resuming');
      await drain(this.#driver, drainMs);
    }
    dispatcher.turn('closed');
    await this.#driver.cancelAll(new OrchestratorError('stopped', 'The backend was stopped.'));
    alarms.clear();
  }

  /** Takes a run in. Throws `queue-full`, `already-exists`, `unknown-dependency`. */
  async submit(name: string, input: JsonValue, options: SubmitOptions): Promise<RunReference> {
    const submission = resolveSubmission(options);
    checkName('name', name);
    this.#refuseWhenStopped();
    const { id } = this.#driver.submit(name, input, submission).terms;
    await this.#breather.next();
    return { id };
  }

  async signal(
    runId: string,
    tenant: string,
    name: string,
    payload: JsonValue,
    dedupeKey?: string,
  ): Promise<void> {
    checkName('name', name);
    if (dedupeKey !== undefined) checkName('dedupeKey', dedupeKey);
    const run = this.#find(runId, tenant);
    const payloadText = toJsonText(payload);
    if (run === undefined || run.isOver) return;
    run.inbox ??= new RunInbox();
    run.inbox.deliver(name, payloadText, dedupeKey);
  }

  async cancel(runId: string, tenant: string, reason?: string): Promise<void> {
    if (reason !== undefined) checkString('reason', reason);
    const run = this.#find(runId, tenant);
    if (run === undefined) return;
    await this.#driver.cancel(run, cancelledFor(runId, reason));
  }

  /** Sets the limits of a queue; runs that already hold a slot keep it. */
  async setQueue(queue: string, options: QueueOptions): Promise<void> {
    const { dispatcher } = this.#driver;
    const target = dispatcher.queue(checkName('queue', queue));
    target.configure(options);
    dispatcher.poke(target);
  }

  /** Undefined for a run that ended and was forgotten. Throws `not-found` for one that never was. */
  #find(runId: string, tenant: string): RunRecord | undefined {
    const run = this.#table.get(checkName('tenant', tenant), checkName('runId', runId));
    if (run !== undefined || this.#table.trace(tenant, runId) !== undefined) return run;
    throw notFound(runId);
  }

  #refuseWhenStopped(): void {
    if (this.#state === 'stopping') throw backendStopped();
  }
}
