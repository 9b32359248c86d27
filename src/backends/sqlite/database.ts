/** One connection to one file: opened when first needed, transactions, statements prepared once, typed failures. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { OrchestratorError } from '../../shared/errors.ts';
import { loadDriver } from './load-driver.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';
import { asStorageError, storageFailure } from './storage-error.ts';

export interface DatabaseOptions {
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  /** How long a statement waits for another process's lock. The event loop stands still meanwhile. */
  readonly busyMs: number;
}

export type Row = Readonly<Record<string, string | number | null>>;

export class Database {
  readonly #options: DatabaseOptions;
  #connection: DatabaseSync | undefined;
  #statements = new Map<string, StatementSync>();
  #isClosed = false;
  #isInTransaction = false;
  #seenVersion: number | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Opens the file and brings it to this release's tables. Throws `storage-failed`; the file is left as it is then. */
  open(): void {
    if (this.#connection !== undefined || this.#isClosed) return;
    this.#connection = this.#guard(() => this.#connect());
  }

  /** All rows. */
  all<T extends object = Row>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#guard(() => this.#statement(sql).all(...values)) as unknown as T[];
  }

  /** The first row. */
  get<T extends object = Row>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#guard(() => this.#statement(sql).get(...values)) as unknown as T | undefined;
  }

  /** Walks the rows until `visit` gives something, and gives that. It may write; then it must end the walk. */
  find<T extends object, R>(
    sql: string,
    visit: (row: T) => R | undefined,
    ...values: SQLInputValue[]
  ): R | undefined {
    return this.#guard(() => {
      for (const row of this.#statement(sql).iterate(...values)) {
        const found = visit(row as unknown as T);
        if (found !== undefined) return found;
      }
      return undefined;
    });
  }

  /** Writes; gives the number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#guard(() => this.#statement(sql).run(...values)).changes);
  }

  /** Writes one row; gives its number. */
  insert(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#guard(() => this.#statement(sql).run(...values)).lastInsertRowid);
  }

  /** All or nothing. A transaction in another one is part of it. */
  transaction<T>(work: () => T): T {
    if (this.#isInTransaction) return work();
    this.#exec('BEGIN IMMEDIATE');
    this.#isInTransaction = true;
    try {
      const value = work();
      this.#exec('COMMIT');
      return value;
    } catch (error) {
      // A full disk has rolled it back by itself.
      if (this.#connection?.isTransaction === true) this.#exec('ROLLBACK');
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** Calls `look` when another connection has written since it was called last. One that throws is called again. */
  onForeignChange(look: () => void): void {
    const version = this.get<{ data_version: number }>('PRAGMA data_version')?.data_version;
    if (version === this.#seenVersion) return;
    look();
    this.#seenVersion = version;
  }

  /** Runs statements that stand outside of transactions. */
  maintain(sql: string): void {
    this.#exec(sql);
  }

  close(): void {
    this.#isClosed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#statements.clear();
    if (connection !== undefined) this.#guard(() => connection.close());
  }

  /** A connection of its own to read from after this one was closed. */
  reader(): Database {
    return new Database(this.#options);
  }

  #exec(sql: string): void {
    this.#guard(() => this.#live().exec(sql));
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#live().prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #live(): DatabaseSync {
    this.open();
    if (this.#connection === undefined)
      throw new OrchestratorError('stopped', 'The backend was stopped; its file is closed.');
    return this.#connection;
  }

  #connect(): DatabaseSync {
    const { path, synchronous, busyMs } = this.#options;
    const { DatabaseSync: Connection } = loadDriver();
    const connection = new Connection(path, { timeout: busyMs });
    try {
      connection.exec('PRAGMA foreign_keys = OFF');
      checkOwner(connection, path);
      connection.exec('PRAGMA journal_mode = WAL');
      connection.exec(`PRAGMA synchronous = ${synchronous}`);
      migrate(connection, path);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStorageError(this.#options.path, error);
    }
  }
}

function numberOf(connection: DatabaseSync, pragma: string): number {
  return Number(Object.values(connection.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

function checkOwner(connection: DatabaseSync, path: string): void {
  const owner = numberOf(connection, 'application_id');
  const tables = Number(connection.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count']);
  if (owner === APPLICATION_ID || (owner === 0 && tables === 0)) return;
  throw storageFailure(path, 'foreign');
}

/** Several processes may come at once: the first one migrates, the others find it done. */
function migrate(connection: DatabaseSync, path: string): void {
  const version = numberOf(connection, 'user_version');
  if (version > MIGRATIONS.length) throw storageFailure(path, 'newer-schema');
  if (version === MIGRATIONS.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    for (const step of MIGRATIONS.slice(numberOf(connection, 'user_version'))) connection.exec(step);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}
