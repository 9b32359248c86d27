/** Statements on one PostgreSQL database, each a transaction of its own. When the database is away they wait and go on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OrchestratorError } from '../../shared/errors.ts';
import type { PoolPort } from './pool-port.ts';
import { codeOf, isPassing, reasonOf, storageFailure } from './storage-error.ts';

export interface DatabaseOptions {
  /** Called once, when the database is first needed. */
  readonly connect: () => Promise<PoolPort>;
  /** Called once, before the first statement. */
  readonly prepare: (pool: PoolPort) => Promise<void>;
  readonly ownsPool: boolean;
  /** Quoted name of the schema. */
  readonly schema: string;
  /** The database in words, without its password. */
  readonly where: string;
  /** How long a caller waits for a database that is away. */
  readonly patienceMs: number;
}

const INT8 = 20;
/** Between two tries. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;
const CLOSING_MS = 2000;

export class Database {
  readonly schema: string;
  readonly where: string;
  readonly #options: DatabaseOptions;
  readonly #closing = new AbortController();
  #pool: Promise<PoolPort> | undefined;
  #preparing: Promise<void> | undefined;
  #isPrepared = false;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.schema = options.schema;
    this.where = options.where;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * One statement that can be sent again when nobody knows whether it went through. `patience` is how long a database
   * that is away is waited for. Rejects with `storage-failed`, or `stopped` once the backend was stopped.
   */
  async all<T extends object>(text: string, values: readonly unknown[], patience?: number): Promise<T[]> {
    const givesUpAt = performance.now() + (patience ?? this.#options.patienceMs);
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        return await this.#send<T>(text, values);
      } catch (error) {
        this.#throwIfClosed();
        if (!isPassing(error) || performance.now() + pause > givesUpAt) throw this.#asStorageError(error);
      }
      await this.#pause(pause);
    }
  }

  /** The first row. */
  async get<T extends object>(text: string, values: readonly unknown[]): Promise<T | undefined> {
    return (await this.all<T>(text, values))[0];
  }

  async pool(): Promise<PoolPort> {
    this.#throwIfClosed();
    this.#pool ??= this.#options.connect();
    try {
      return await this.#pool;
    } catch (error) {
      this.#pool = undefined;
      throw error;
    }
  }

  /** Ends all waits with `stopped`, and gives the connections back. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#closing.abort();
    const pool = await this.#pool?.catch(() => undefined);
    if (!this.#options.ownsPool || pool === undefined) return;
    // A server that does not answer is not waited for.
    const ended = pool.end().catch(() => undefined);
    const timer = new AbortController();
    await Promise.race([
      ended,
      sleep(CLOSING_MS, undefined, { signal: timer.signal }).catch(() => undefined),
    ]);
    timer.abort();
  }

  /** To read with after this one was closed; close it too. */
  reader(): Database {
    return new Database(this.#options);
  }

  async #send<T extends object>(text: string, values: readonly unknown[]): Promise<T[]> {
    const pool = await this.pool();
    if (!this.#isPrepared) await this.#prepared(pool);
    const types = { getTypeParser: (oid: number) => (oid === INT8 ? Number : pool.parserOf(oid)) };
    return (await pool.query({ text, values, types })).rows as T[];
  }

  async #prepared(pool: PoolPort): Promise<void> {
    this.#preparing ??= this.#options.prepare(pool);
    try {
      await this.#preparing;
      this.#isPrepared = true;
    } catch (error) {
      this.#preparing = undefined;
      throw error;
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds * (0.5 + Math.random() / 2), undefined, { signal: this.#closing.signal });
    } catch {
      this.#throwIfClosed();
    }
  }

  #throwIfClosed(): void {
    if (this.isClosed)
      throw new OrchestratorError('stopped', 'The backend was stopped; its connections are closed.');
  }

  #asStorageError(error: unknown): unknown {
    if (OrchestratorError.isInstance(error) || codeOf(error)?.startsWith('AO')) return error;
    return storageFailure(this.where, reasonOf(error) ?? 'other', error);
  }
}
