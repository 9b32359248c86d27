/**
 * Runs in a PostgreSQL database, for any number of machines: DBOS executes them, a supervisor gives those of a dead
 * process to the others. What a step returned is recorded once; what it did is done at least once.
 */
import { createHash, randomUUID } from 'node:crypto';
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
import { checkNumber, checkObject, checkString } from '../../shared/check.ts';
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
import { DbosEngine, workflowId } from './dbos-engine.ts';
import { type DbosBackendOptions, type ResolvedDbosOptions, resolveDbosOptions } from './dbos-options.ts';
import { DbosRunStore } from './dbos-run-store.ts';
import { explain } from './explain.ts';
import { Launch } from './launch.ts';
import { loadDbos } from './load-packages.ts';
import { migrate, type SchemaNames } from './migrate.ts';
import { Notices } from './notices.ts';
import { openPool } from './open-pool.ts';
import { forgetEndedBefore, forgetStarts } from './retention.ts';
import { RunDriver } from './run-driver.ts';
import { supervisionSchema } from './supervision/tables.ts';

/** Between two looks for runs to forget. */
const RETENTION_INTERVAL_MS = 60_000;
/** While it listens, every so many ticks looks for what was told to nobody. */
const THOROUGH = 10;

/**
 * The database is reached when it is first needed: by `start`, a submission or a question. `start` launches DBOS.
 *
 * @example
 * const backend = new DbosBackend({ connectionString: 'postgres://localhost/work' });
 * backend.register('double', async (context, input) => context.step('once', async () => Number(input) * 2));
 * await backend.start();
 * const { id } = await backend.submit('double', 21, { queue: 'numbers', tenant: 'default' });
 * (await backend.store.result(id, 'default')).output; // 42
 * await backend.stop();
 */
export class DbosBackend implements Backend {
  readonly capabilities: BackendCapabilities = Object.freeze({ durable: true, distributed: true });
  readonly store: RunStore;
  readonly #options: ResolvedDbosOptions;
  readonly #names: SchemaNames;
  readonly #database: Database;
  readonly #driver: RunDriver;
  readonly #store: DbosRunStore;
  readonly #ticker: Ticker;
  readonly #notices: Notices;
  readonly #launch: Launch;
  readonly #sender = randomUUID();
  #origin = '';
  #state: 'created' | 'starting' | 'started' | 'stopping' = 'created';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #leaveHost: () => Promise<void> = async () => undefined;
  #forgetAt = 0;
  #ticks = 0;
  #isDraining = false;

  constructor(options: DbosBackendOptions) {
    this.#options = resolveDbosOptions(options);
    const { clock, pollMs, connectionString, schema: schemaName, dbosSchema, patienceMs } = this.#options;
    const where = wordsFor(connectionString);
    const key = createHash('sha256').update(schemaName).digest();
    const channel = `orchestrator_${key.toString('hex', 0, 8)}`;
    const schema = `"${schemaName}"`;
    this.#names = { schema, schemaName, dbos: `"${dbosSchema}"`, channel, where };
    this.#database = new Database({
      connect: () => openPool(this.#options),
      ownsPool: this.#options.pool === undefined,
      prepare: async (pool) => {
        this.#origin = await migrate(pool, this.#names);
      },
      schema,
      where,
      patienceMs,
    });
    const database = this.#database;
    const sender = this.#sender;
    const supervision = supervisionSchema(dbosSchema);
    this.#driver = new RunDriver({
      ...this.#options,
      database,
      sender,
      supervision,
      lock: key.readBigInt64BE(8),
    });
    this.#launch = new Launch(this.#options, this.#names);
    this.#notices = new Notices({
      database,
      channel,
      sender,
      onNotice: (kind, runs) => this.#driver.hear(kind, runs),
      onReturn: () => void this.#driver.tick(),
    });
    this.#ticker = new Ticker({
      clock,
      intervalMs: pollMs,
      tick: () => void this.#tick(),
      isWanted: () =>
        this.#state === 'started' || this.#driver.watches.size > 0 || this.#driver.departures.size > 0,
    });
    const { alarms, watches } = this.#driver;
    const watchDatabase = (): void => {
      this.#ticker.start();
      this.#notices.start();
    };
    this.#store = new DbosRunStore({ database, alarms, watches, watchDatabase });
    this.store = this.#store;
  }

  register(name: string, work: RunFunction, options?: RegisterOptions): void {
    if (this.#state !== 'created') throw registeredTooLate(name);
    this.#driver.functions.add(name, work, options);
  }

  /**
   * Launches DBOS and starts to drive runs. Twice is once. Rejects with `storage-failed` when the database can't be
   * used, `optional-package-missing` without `pg` or the right DBOS, `illegal-transition` when DBOS works on another
   * database in this process.
   */
  async start(): Promise<void> {
    this.#refuseWhenStopped();
    this.#starting ??= this.#start().catch(async (error: unknown) => {
      const leave = this.#leaveHost;
      this.#leaveHost = async () => undefined;
      await leave().catch(() => undefined);
      this.#starting = undefined;
      this.#state = 'created';
      throw error;
    });
    await this.#starting;
  }

  async #start(): Promise<void> {
    this.#state = 'starting';
    await loadDbos();
    // Makes the tables.
    await this.#database.all('SELECT 1', []);
    const { host, supervision, leave } = await this.#launch.enter({
      onLost: () => this.#driver.dropAll(),
      onRelaunched: () => this.#driver.rejoin(),
    });
    const stopServing = host.serve(this.#origin, (seq, token) => this.#driver.handOver(seq, token));
    this.#leaveHost = async () => {
      stopServing();
      await leave();
    };
    await this.#driver.start(new DbosEngine(host, supervision, this.#origin));
    this.#state = 'started';
    this.#ticker.start();
    this.#notices.start();
  }

  /** What is still open after `drainMs` is interrupted and stays in the database: another process goes on with it. */
  async stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = 0 } = checkObject('options', options) as { readonly drainMs?: number };
    checkNumber('drainMs', drainMs, 0);
    this.#stopping ??= this.#stop(drainMs);
    await this.#stopping;
  }

  async #stop(drainMs: number): Promise<void> {
    const driver = this.#driver;
    await this.#starting?.catch(() => undefined);
    if (this.#state === 'started' && drainMs > 0) await this.#drain(drainMs);
    this.#state = 'stopping';
    await driver.stop(new OrchestratorError('stopped', 'The backend was stopped.'));
    this.#ticker.close();
    await this.#notices.close();
    await this.#leaveHost();
    await this.#database.close();
  }

  async #drain(drainMs: number): Promise<void> {
    this.#driver.mode = 'resuming';
    this.#isDraining = true;
    await drain(this.#driver, drainMs);
  }

  /** Takes a run in: it is in the database when this resolves. Rejects with `queue-full`, `already-exists`, `unknown-dependency`. */
  async submit(name: string, input: JsonValue, options: SubmitOptions): Promise<RunReference> {
    const submission = resolveSubmission(options);
    checkName('name', name);
    this.#refuseWhenStopped();
    return { id: await this.#driver.submit(name, input, submission) };
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
    const payloadText = toJsonText(payload);
    const { seq } = await this.#find(runId, tenant);
    await this.#driver.inbox.deliver({ run: seq, name, payloadText, dedupeKey });
  }

  async cancel(runId: string, tenant: string, reason?: string): Promise<void> {
    if (reason !== undefined) checkString('reason', reason);
    const { seq, id } = await this.#find(runId, tenant);
    await this.#driver.cancel(seq, cancelledFor(id, reason));
  }

  /** Sets the limits of a queue for all processes of the database; runs that already hold a slot keep it. */
  async setQueue(queue: string, options: QueueOptions): Promise<void> {
    await this.#driver.claims.configure(this.#sender, checkName('queue', queue), options);
    this.#driver.poke();
  }

  /** Says in one sentence why a run does not go on, or how it stands. Rejects with `not-found`. */
  async explain(runId: string, tenant: string): Promise<string> {
    return explain(this.#database, await this.#find(runId, tenant));
  }

  /** Forgets runs that ended before `keepFinishedMs` ago. Resolves to their number. */
  async vacuum(): Promise<number> {
    const { keepFinishedMs, clock } = this.#options;
    const now = clock.now();
    await forgetStarts(this.#database, now);
    if (keepFinishedMs === Infinity) return 0;
    return forgetEndedBefore(this.#database, now - keepFinishedMs, (rows) =>
      this.#launch.forget(
        rows.flatMap((row) =>
          Array.from({ length: row.token }, (_, index) => workflowId(this.#origin, row, index + 1)),
        ),
      ),
    );
  }

  async #tick(): Promise<void> {
    this.#ticks += 1;
    await this.#driver.tick(!this.#notices.isListening || this.#ticks % THOROUGH === 0);
    const now = this.#options.clock.now();
    if (this.#state !== 'started' || now < this.#forgetAt) return;
    this.#forgetAt = now + RETENTION_INTERVAL_MS;
    try {
      await this.vacuum();
    } catch (error) {
      // The database is away: nothing is lost, a later look forgets.
      if (!OrchestratorError.isInstance(error)) throw error;
    }
  }

  /** Rejects with `not-found`. */
  async #find(runId: string, tenant: string): Promise<RunRow> {
    const row = await this.#store.find(runId, tenant);
    if (row === undefined) throw notFound(runId);
    return row;
  }

  #refuseWhenStopped(): void {
    if (this.#state === 'stopping' || this.#isDraining || this.#stopping !== undefined)
      throw backendStopped();
  }
}

/** Where a database is, without user and password. */
function wordsFor(connectionString: string): string {
  try {
    const { host, pathname } = new URL(connectionString);
    return `"${pathname.slice(1)}" at ${host}`;
  } catch {
    return 'that was named';
  }
}
