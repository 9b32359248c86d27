/** The table of executors, as the main thread uses it: before a life begins, when it ends, and to look into. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { OrchestratorError } from '../../../shared/errors.ts';
import { DBOS_VERSION } from '../load-packages.ts';
import { reasonOf, storageFailure } from '../storage-error.ts';
import { sessionName, withoutSessionName } from './system-pool.ts';
import { SUPERVISION_VERSION, supervisionSchema, supervisionTables } from './tables.ts';

type Driver = typeof import('pg');

export interface RegistryOptions {
  readonly driver: Driver;
  readonly connection: string;
  /** DBOS's schema. */
  readonly dbosSchema: string;
  /** DBOS's name of the application. */
  readonly application: string;
  readonly leaseMs: number;
}

export interface NewExecutor {
  readonly executorId: string;
  readonly version: string;
  readonly onDeath: readonly string[];
}

/** A run that DBOS begins no more: it took down too many executors in a row. */
export interface ParkedRun {
  readonly workflowId: string;
  readonly name: string;
  /** How often it was begun. */
  readonly attempts: number;
  /** Whom it was taken from, oldest first. */
  readonly history: readonly { readonly executorId: string; readonly at: string }[];
}

/** Processes that start at once make the tables one after the other. */
const INSTALL_LOCK = 7_236_842_002n;
/** The first launches on a database. */
const LAUNCH_LOCK = 7_236_842_003n;
const TURN_PAUSE_MS = 100;
/** Then it is tried without a turn. */
const LONGEST_TURN_MS = 120_000;
const CONNECT_MS = 10_000;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #schema: string;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#schema = supervisionSchema(options.dbosSchema);
  }

  /** What the thread that beats needs to know of it. */
  get terms(): {
    readonly connection: string;
    readonly schema: string;
    readonly dbos: string;
    readonly application: string;
    readonly lock: bigint;
  } {
    const { connection, application, dbosSchema } = this.#options;
    const lock = createHash('sha256').update(`${this.#schema}/${application}`).digest().readBigInt64BE(0);
    return {
      connection: withoutSessionName(connection),
      schema: this.#schema,
      dbos: `"${dbosSchema}"`,
      application,
      lock,
    };
  }

  /** Makes the tables where they are not there. */
  async install(): Promise<void> {
    const { dbosSchema } = this.#options;
    await this.#with(async (client) => {
      if ((await this.#version(client)) === SUPERVISION_VERSION) return;
      await client.query('BEGIN');
      await client.query(`SELECT pg_advisory_xact_lock(${INSTALL_LOCK})`);
      const version = await this.#version(client);
      if (version > SUPERVISION_VERSION) throw storageFailure(this.#where, 'newer-schema');
      if (version === 0) {
        await client.query(`CREATE SCHEMA IF NOT EXISTS ${this.#schema}`);
        await client.query(supervisionTables(this.#schema, `"${dbosSchema}"`));
      }
      await client.query('COMMIT');
    });
  }

  /**
   * Runs a launch of DBOS. On a database that no executor was launched on yet, one at a time: DBOS's migrations that run
   * at once in two processes lock each other out.
   */
  async inTurn(executorId: string, version: string, launch: () => Promise<void>): Promise<void> {
    if (await this.#isPrepared()) return await launch();
    // Under the executor's name: its death ends the turn.
    return await this.#with(
      async (client) => {
        const givesUpAt = performance.now() + LONGEST_TURN_MS;
        // Asked for again and again: a statement that waits would hold up the indexes that a migration makes.
        for (;;) {
          const { rows } = await client.query(`SELECT pg_try_advisory_lock(${LAUNCH_LOCK}) AS "isMine"`);
          if (rows[0]?.isMine === true || performance.now() > givesUpAt) break;
          await sleep(TURN_PAUSE_MS);
        }
        if (await this.#isPrepared()) {
          await client.query(`SELECT pg_advisory_unlock(${LAUNCH_LOCK})`);
          return await launch();
        }
        await launch();
        await client.query(`UPDATE ${this.#schema}.schema_version SET dbos = $1`, [DBOS_VERSION]);
      },
      sessionName(executorId, version),
    );
  }

  /** Rejects with `already-exists` when an executor has that id, or had it. */
  async insert({ executorId, version, onDeath }: NewExecutor): Promise<void> {
    const { application, leaseMs } = this.#options;
    // DBOS names its own sessions before it knows a version that it computes.
    const sessions = [sessionName(executorId, version), sessionName(executorId, '')];
    const inserted = await this.#rows(
      `INSERT INTO ${this.#schema}.executors (id, application, version, sessions, on_death, lease_ms, host, pid)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [executorId, application, version, sessions, onDeath, leaseMs, hostname(), process.pid],
    );
    if (inserted.length > 0) return;
    const message = `Another process is, or was, the executor "${executorId}": give DBOS.setConfig an \`executorID\` that no other process has, such as randomUUID().`;
    throw new OrchestratorError('already-exists', message, { details: { executorId } });
  }

  async addOnDeath(executorId: string, statement: string): Promise<void> {
    await this.#rows(
      `UPDATE ${this.#schema}.executors SET on_death = array_append(on_death, $2) WHERE id = $1`,
      [executorId, statement],
    );
  }

  /** DBOS may compute its version when it is launched. */
  async setVersion(executorId: string, version: string): Promise<void> {
    await this.#rows(`UPDATE ${this.#schema}.executors SET version = $2 WHERE id = $1`, [
      executorId,
      version,
    ]);
  }

  /** Takes a row out as if it had never been there. */
  async remove(executorId: string): Promise<void> {
    await this.#rows(`DELETE FROM ${this.#schema}.executors WHERE id = $1`, [executorId]);
  }

  /** Declares one's own executor dead. */
  async bury(executorId: string): Promise<void> {
    await this.#rows(`SELECT ${this.#schema}.bury($1, NULL)`, [executorId]);
  }

  async parked(limit: number): Promise<readonly ParkedRun[]> {
    const { application, dbosSchema } = this.#options;
    const rows = await this.#rows(
      `SELECT w.workflow_uuid AS "workflowId", w.name, w.recovery_attempts::integer AS attempts, COALESCE((
         SELECT json_agg(json_build_object('executorId', t.executor, 'at', t.at) ORDER BY t.at)
         FROM ${this.#schema}.takeovers AS t WHERE t.workflow = w.workflow_uuid), '[]') AS history
       FROM "${dbosSchema}".workflow_status AS w
       WHERE w.status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' AND (w.application_name = $1 OR w.application_name IS NULL)
       ORDER BY w.created_at LIMIT $2`,
      [application, limit],
    );
    return rows as unknown as ParkedRun[];
  }

  async #isPrepared(): Promise<boolean> {
    const [row] = await this.#rows(`SELECT dbos FROM ${this.#schema}.schema_version`, []);
    return row?.['dbos'] === DBOS_VERSION;
  }

  get #where(): string {
    const url = new URL(this.#options.connection);
    return `${url.hostname}${url.port === '' ? '' : `:${url.port}`}${url.pathname}`;
  }

  async #version(client: Client): Promise<number> {
    // Read from the catalogue: what `to_regclass` has looked for in vain it may not see once another process made it.
    const known = await client.query(
      "SELECT 1 FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = $1 AND relname = 'schema_version'",
      [this.#schema.slice(1, -1)],
    );
    if (known.rows.length === 0) return 0;
    return (await client.query(`SELECT version FROM ${this.#schema}.schema_version`)).rows[0]?.version ?? 0;
  }

  async #rows(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return await this.#with(async (client) => (await client.query(text, [...values])).rows);
  }

  /** On a connection of its own: none of these is needed often. Rejects with `storage-failed`. */
  async #with<T>(work: (client: Client) => Promise<T>, name = 'orchestrator_supervisor'): Promise<T> {
    const client = new this.#options.driver.Client({
      connectionString: withoutSessionName(this.#options.connection),
      application_name: name,
      connectionTimeoutMillis: CONNECT_MS,
    });
    // What breaks is told by the statement.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      const reason = reasonOf(error);
      throw reason === undefined || OrchestratorError.isInstance(error)
        ? error
        : storageFailure(this.#where, reason, error);
    } finally {
      void client.end().catch(() => undefined);
    }
  }
}
