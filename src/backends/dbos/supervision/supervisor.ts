/**
 * Keeps DBOS's runs going when processes die: each executor gives signs of life, any other one declares it dead when they
 * stay out, and puts its runs back into their queues in the same transaction. Of an executor that is only asleep no new
 * step begins after its death, as long as steps ask {@link Supervisor.guard} first.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { raceSignal } from '../../../shared/abort.ts';
import { checkFunction, checkNumber, checkObject, checkSignal, checkText } from '../../../shared/check.ts';
import { OrchestratorError } from '../../../shared/errors.ts';
import { EventSource, type Listener } from '../../../shared/events.ts';
import { type DbosClass, loadDbos, loadPg } from '../load-packages.ts';
import { checkAdoptable } from './adopted-executor.ts';
import { ExecutorLife } from './executor-life.ts';
import { type ParkedRun, Registry } from './registry.ts';
import type { SupervisorEvent } from './supervisor-events.ts';
import {
  type ResolvedSupervisorOptions,
  resolveSupervisorOptions,
  type SqlStatement,
  type SupervisorOptions,
} from './supervisor-options.ts';
import { endPool, systemPool } from './system-pool.ts';

/** Between two tries to begin anew. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export class Supervisor {
  readonly #options: ResolvedSupervisorOptions;
  readonly #events: EventSource<SupervisorEvent>;
  readonly #onDeath: SqlStatement[];
  readonly #stopping = new AbortController();
  /** What DBOS begins in a life belongs to it: a later life's signs are none of its own. */
  readonly #lives = new AsyncLocalStorage<ExecutorLife>();
  readonly #whenRelaunched = new Set<(executorId: string) => unknown>();
  #registry: Registry | undefined;
  #dbos: DbosClass | undefined;
  #life: ExecutorLife | undefined;
  #pool: Pool | undefined;
  #isAdopted = false;
  #starting: Promise<void> | undefined;
  #relaunching: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** Throws `invalid-argument`. */
  constructor(options: SupervisorOptions) {
    this.#options = resolveSupervisorOptions(options);
    this.#onDeath = [...this.#options.onDeath];
    this.#events = new EventSource((error) =>
      this.#options.logger?.error({ error }, 'a listener of the supervisor failed'),
    );
  }

  /** This process, in this life: another one after a loss. Throws `illegal-transition` before the start. */
  get executorId(): string {
    return this.#begun.executorId;
  }

  /** Aborts when this life is over; take it when a run begins, a later life has another one. */
  get lost(): AbortSignal {
    return this.#begun.lost;
  }

  /**
   * Puts this process's row in, launches DBOS and begins to watch the others. A DBOS that the application has launched is
   * taken as it is. Twice is once. Rejects with `storage-failed`, `optional-package-missing`, `already-exists` when another
   * process has the application's `executorID`, `config-invalid` when it has none.
   */
  async start(): Promise<void> {
    if (this.#stopped !== undefined) throw new OrchestratorError('stopped', 'The supervisor was stopped.');
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
  }

  async #start(): Promise<void> {
    const { connection, dbosSchema, config, leaseMs } = this.#options;
    const driver = await loadPg();
    this.#dbos = this.#options.dbos ?? (await loadDbos()).DBOS;
    this.#registry = new Registry({ driver, connection, dbosSchema, application: config.name, leaseMs });
    this.#isAdopted = this.#dbos.isInitialized();
    if (this.#isAdopted) checkAdoptable(this.#dbos.executorID);
    await this.#registry.install();
    await this.#begin(this.#isAdopted ? this.#dbos.executorID : randomUUID());
  }

  /**
   * The first statement of each step: resolves when a sign of life that was given after the call was accepted, and that is
   * not long ago. While the database is away it waits. When this process was declared dead it never resolves: what would
   * come of it must not be recorded. Rejects only with the reason of `signal`: give the {@link lost} that was there when
   * the run began, where the application starts workflows itself; of what DBOS takes from its queues the life is known.
   */
  async guard(signal?: AbortSignal): Promise<void> {
    checkSignal('signal', signal);
    await (this.#lives.getStore() ?? this.#begun).guard(signal);
  }

  /** Hears one kind of event, or all with `'*'`. Returns the undo. */
  on<T extends SupervisorEvent['type'] | '*'>(
    type: T,
    listener: Listener<T extends '*' ? SupervisorEvent : Extract<SupervisorEvent, { type: T }>>,
  ): () => void {
    return this.#events.on(type, listener);
  }

  /** Called when this process goes on under another id. Returns the undo. */
  onRelaunched(listener: (executorId: string) => unknown): () => void {
    checkFunction('listener', listener);
    this.#whenRelaunched.add(listener);
    return () => this.#whenRelaunched.delete(listener);
  }

  /** One more statement for the transaction that declares this executor dead, in this life and in later ones. */
  async addOnDeath(statement: SqlStatement): Promise<void> {
    const { executorId } = this.#begun;
    this.#onDeath.push(checkText('statement', statement));
    await (this.#registry as Registry).addOnDeath(executorId, statement);
  }

  /** Runs that brought down one executor after another, and that DBOS no longer begins, with those executors. */
  async parked({ limit = 100 }: { readonly limit?: number } = {}): Promise<readonly ParkedRun[]> {
    void this.#begun;
    return (this.#registry as Registry).parked(checkNumber('limit', limit, 1));
  }

  /**
   * Lets runs end for `drainMs`, then shuts DBOS down and declares this process dead, so that the others go on at once. An
   * application's own DBOS is left running, unsupervised. Twice is once.
   */
  async stop(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { drainMs = 0 } = checkObject('options', options) as { readonly drainMs?: number };
    checkNumber('drainMs', drainMs, 0);
    this.#stopped ??= this.#stop(drainMs);
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #begun(): ExecutorLife {
    if (this.#life !== undefined) return this.#life;
    throw new OrchestratorError('illegal-transition', 'The supervisor was not started.');
  }

  async #begin(executorId: string): Promise<void> {
    const registry = this.#registry as Registry;
    const { logger, config, leaseMs, beatMs, maxBlockedMs } = this.#options;
    const version = config.applicationVersion ?? this.#dbos?.applicationVersion ?? '';
    await registry.insert({ executorId, version, onDeath: this.#onDeath });
    const life = await ExecutorLife.begin({
      ...registry.terms,
      executorId,
      leaseMs,
      beatMs,
      maxBlockedMs,
      tell: (event) => this.#tell(event),
    });
    try {
      if (!this.#isAdopted) {
        await registry.inTurn(executorId, version, () =>
          this.#lives.run(life, () => this.#launch(executorId, version)),
        );
      }
      const launched = this.#dbos?.applicationVersion ?? version;
      if (launched !== version) await registry.setVersion(executorId, launched);
    } catch (error) {
      await life.end('stopped');
      await registry.remove(executorId).catch(() => undefined);
      throw error;
    }
    const previous = this.#life;
    this.#life = life;
    life.lost.addEventListener('abort', () => this.#onLost(life), { once: true });
    if (life.lost.aborted) this.#onLost(life);
    else life.watch();
    if (previous === undefined) return;
    logger?.warn({ executorId, previousId: previous.executorId }, 'goes on as another executor');
    this.#tell({ type: 'executor-relaunched', executorId, previousId: previous.executorId });
  }

  async #launch(executorId: string, version: string): Promise<void> {
    const { connection, config, launch, poolSize, leaseMs } = this.#options;
    const driver = await loadPg();
    const pool = systemPool(driver, {
      connection,
      size: poolSize,
      executorId,
      version,
      // A process that freezes inside a transaction gives its locks back before it is declared dead.
      idleMs: Math.floor(leaseMs / 2),
    });
    try {
      if (launch !== undefined) await launch({ executorId, pool });
      else {
        const dbos = this.#dbos as DbosClass;
        dbos.setConfig({
          ...config,
          executorID: executorId,
          systemDatabaseUrl: connection,
          systemDatabasePool: pool,
        });
        await dbos.launch();
      }
    } catch (error) {
      void endPool(pool);
      throw error;
    }
    this.#pool = pool;
  }

  async #shutdown(drainMs: number): Promise<void> {
    const { shutdown } = this.#options;
    const pool = this.#pool;
    this.#pool = undefined;
    try {
      if (shutdown !== undefined) await shutdown({ drainMs });
      else
        await this.#dbos?.shutdown(
          drainMs > 0 ? { workflowCompletionTimeoutMS: Math.min(drainMs, 2 ** 31 - 1) } : {},
        );
    } finally {
      // What still runs holds connections: its end is not waited for.
      if (pool !== undefined) void endPool(pool);
    }
  }

  #onLost(life: ExecutorLife): void {
    if (this.#stopping.signal.aborted || this.#isAdopted || life !== this.#life) return;
    this.#relaunching ??= this.#relaunch().finally(() => {
      this.#relaunching = undefined;
      if (this.#life?.lost.aborted) this.#onLost(this.#life);
    });
  }

  /** As long as it takes: without it this process would do nothing any more. */
  async #relaunch(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.#shutdown(0);
        await this.#begin(randomUUID());
        break;
      } catch (error) {
        this.#options.logger?.error({ error }, 'can not go on as another executor yet');
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
    if (signal.aborted) return;
    for (const listener of this.#whenRelaunched) {
      try {
        await listener(this.executorId);
      } catch (error) {
        this.#options.logger?.error({ error }, 'a listener of the supervisor failed');
      }
    }
  }

  async #stop(drainMs: number): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#stopping.abort();
    await this.#relaunching;
    const [life, registry, { logger, leaseMs }] = [this.#life, this.#registry, this.#options];
    if (life === undefined || registry === undefined) return;
    if (!this.#isAdopted) {
      const shutdown = this.#shutdown(drainMs).catch((error: unknown) => {
        logger?.error({ error }, 'DBOS could not be shut down');
      });
      // Without a database DBOS may wait for one.
      await raceSignal(shutdown, AbortSignal.timeout(Math.min(drainMs + leaseMs, 2 ** 31 - 1))).catch(
        () => undefined,
      );
    }
    await life.end('stopped');
    try {
      if (this.#isAdopted) await registry.remove(life.executorId);
      else await registry.bury(life.executorId);
    } catch (error) {
      logger?.warn({ error }, 'could not say goodbye: the others will go on after the lease');
    }
  }

  #tell(event: SupervisorEvent): void {
    const { logger } = this.#options;
    if (event.type === 'runs-swept' || event.type === 'database-back') logger?.info(event, event.type);
    else logger?.warn(event, event.type);
    this.#events.emit(event);
  }
}
