/**
 * Runs in one SQLite file: they survive the death of any process, and several processes on one machine may share them.
 * What a step returned is recorded once; what it did is done at least once. Nothing to install: `node:sqlite`.
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
import { checkNumber, checkObject, checkString, checkText } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { drain } from '../driving/drain.ts';
import { toJsonText } from '../driving/json-text.ts';
import { checkName } from '../driving/names.ts';
import { backendStopped, registeredTooLate } from '../driving/refusals.ts';
import { cancelledFor, notFound, type RunRow } from '../driving/run-row.ts';
import { resolveSubmission } from '../driving/submission.ts';
import { Ticker } from '../driving/ticker.ts';
import { Database } from './database.ts';
import { explain } from './explain.ts';
import { setQueueLimits } from './queue-settings.ts';
import { type Forgotten, forgetEndedBefore } from './retention.ts';
import { RunDriver } from './run-driver.ts';
import { resolveSqliteOptions, type SqliteBackendOptions } from './sqlite-options.ts';
import { SqliteRunStore } from './sqlite-run-store.ts';

/** Between two looks for runs to forget. */
const RETENTION_INTERVAL_MS = 60_000;
/** Forgetting takes no more of a tick than this; the next tick goes on. */
const FORGETTING_MS = 50;

/**
 * The file is opened when it is first needed: by `start`, a submission or a question.
 *
 * @example
 * const backend = new SqliteBackend({ path: 'runs.db' });
 * backend.register('double', async (context, input) => context.step('once', async () => Number(input) * 2));
 * await backend.start();
 * const { id } = await backend.submit('double', 21, { queue: 'numbers', tenant: 'default' });
 * (await backend.store.result(id, 'default')).output; // 42
 * await backend.stop();
 */
export class SqliteBackend implements Backend {
  readonly capabilities: BackendCapabilities = Object.freeze({ durable: true, distributed: false });
  readonly store: RunStore;
  readonly #options: Required<SqliteBackendOptions>;
  readonly #database: Database;
  readonly #driver: RunDriver;
  readonly #ticker: Ticker;
  #state: 'created' | 'started' | 'stopping' = 'created';
  #stopping: Promise<void> | undefined;
  #forgetAt = 0;
  #isDraining = false;

  constructor(options: SqliteBackendOptions) {
    this.#options = resolveSqliteOptions(options);
    const { clock, pollMs, leaseMs } = this.#options;
    this.#database = new Database(this.#options);
    this.#driver = new RunDriver({ ...this.#options, database: this.#database });
    this.#ticker = new Ticker({
      clock,
      // A lease must be renewed before it is over, however seldom the file is looked at.
      intervalMs: Math.min(pollMs, leaseMs / 4),
      tick: () => this.#tick(),
      isWanted: () =>
        this.#state !== 'created' || this.#driver.watches.size > 0 || this.#driver.departures.size > 0,
    });
    const { alarms, watches } = this.#driver;
    const watchFile = (): void => this.#ticker.start();
    this.store = new SqliteRunStore({ database: this.#database, alarms, watches, watchFile });
  }

  register(name: string, work: RunFunction, options?: RegisterOptions): void {
    if (this.#state !== 'created') throw registeredTooLate(name);
    this.#driver.functions.add(name, work, options);
  }

  /**
   * Starts to drive runs, and takes up what a dead process left once its lease has run out. Twice is once. Rejects with
   * `storage-failed` when the file can't be used, `optional-package-missing` on a Node without SQLite.
   */
  async start(): Promise<void> {
    this.#refuseWhenStopped();
    if (this.#state === 'started') return;
    this.#driver.start();
    this.#state = 'started';
    this.#ticker.start();
  }

  /** What is still open after `drainMs` is interrupted and stays in the file: the next process goes on with it. */
  async stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = 0 } = checkObject('options', options) as { readonly drainMs?: number };
    checkNumber('drainMs', drainMs, 0);
    this.#stopping ??= this.#stop(drainMs);
    await this.#stopping;
  }

  async #stop(drainMs: number): Promise<void> {
    const driver = this.#driver;
    const hadStarted = this.#state === 'started';
    if (hadStarted && drainMs > 0) {
      driver.mode = 'resuming';
      this.#isDraining = true;
      await drain(driver, drainMs);
    }
    this.#state = 'stopping';
    await driver.stop(new OrchestratorError('stopped', 'The backend was stopped.'));
    this.#ticker.close();
    this.#database.close();
  }

  /** Takes a run in: it is in the file when this resolves. Throws `queue-full`, `already-exists`, `unknown-dependency`. */
  async submit(name: string, input: JsonValue, options: SubmitOptions): Promise<RunReference> {
    const submission = resolveSubmission(options);
    checkName('name', name);
    this.#refuseWhenStopped();
    const id = this.#driver.submit(name, input, submission);
    await this.#driver.breather.next();
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
    const { seq } = this.#find(runId, tenant);
    this.#driver.inbox.deliver(seq, name, toJsonText(payload), dedupeKey);
  }

  /** Of a run whose function is in another process, that process hears at its next look. */
  async cancel(runId: string, tenant: string, reason?: string): Promise<void> {
    if (reason !== undefined) checkString('reason', reason);
    const { seq, id } = this.#find(runId, tenant);
    const cancelling = this.#driver.cancel(seq, cancelledFor(id, reason));
    this.#ticker.start();
    await cancelling;
  }

  /** Sets the limits of a queue for all processes of the file; runs that already hold a slot keep it. */
  async setQueue(queue: string, options: QueueOptions): Promise<void> {
    setQueueLimits(this.#database, checkName('queue', queue), options);
    this.#driver.poke();
  }

  /** Says in one sentence why a run does not go on, or how it stands. Rejects with `not-found`. */
  async explain(runId: string, tenant: string): Promise<string> {
    return explain(this.#database, this.#find(runId, tenant), this.#options.clock.now());
  }

  /** Forgets runs that ended before `keepFinishedMs` ago, and gives free space back to the disk. Resolves to their number. */
  async vacuum(): Promise<number> {
    const { count } = this.#forget();
    this.#database.maintain('VACUUM');
    this.#database.maintain('PRAGMA wal_checkpoint(TRUNCATE)');
    return count;
  }

  /** Writes a copy as of now, while work goes on, to a file that must not exist yet. Rejects with `storage-failed`. */
  async backup(path: string): Promise<void> {
    this.#database.get('VACUUM INTO ?', checkText('path', path));
  }

  #tick(): void {
    try {
      this.#driver.tick();
      const now = this.#options.clock.now();
      if (this.#state !== 'started' || now < this.#forgetAt) return;
      const enough = performance.now() + FORGETTING_MS;
      const { isDone } = this.#forget(() => performance.now() >= enough);
      this.#forgetAt = isDone ? now + RETENTION_INTERVAL_MS : now;
    } catch (error) {
      // The disk is full or the file locked: nothing is lost, the next tick tries again.
      if (!OrchestratorError.isInstance(error) || error.code !== 'storage-failed') throw error;
    }
  }

  #forget(isEnough?: () => boolean): Forgotten {
    const { keepFinishedMs, clock } = this.#options;
    if (keepFinishedMs === Infinity) return { count: 0, isDone: true };
    const now = clock.now();
    return forgetEndedBefore(this.#database, now - keepFinishedMs, now, isEnough);
  }

  /** Throws `not-found`. */
  #find(runId: string, tenant: string): RunRow {
    checkName('tenant', tenant);
    checkName('runId', runId);
    const row = this.#database.get<RunRow>('SELECT * FROM runs WHERE tenant = ? AND id = ?', tenant, runId);
    if (row === undefined) throw notFound(runId);
    return row;
  }

  #refuseWhenStopped(): void {
    if (this.#state === 'stopping' || this.#isDraining) throw backendStopped();
  }
}
