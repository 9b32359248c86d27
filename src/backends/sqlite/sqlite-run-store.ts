/** Tells about the runs in a file, also after the backend was stopped. */
import type { RunFilter, RunInfo, RunOutcome, RunStore } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { checkNumber, checkSignal } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Alarms } from '../driving/alarms.ts';
import { checkName } from '../driving/names.ts';
import { checkRunFilter, unknownPage } from '../driving/run-filter.ts';
import { infoOf, notFound, outcomeOf, type RunRow } from '../driving/run-row.ts';
import { waitForEnd } from '../driving/wait-for-end.ts';
import type { Database } from './database.ts';
import { SqliteState } from './sqlite-state.ts';
import type { Watches } from './watches.ts';

/** Rows that are read at once. */
const PAGE = 200;

export interface RunStoreOptions {
  readonly database: Database;
  readonly alarms: Alarms;
  readonly watches: Watches;
  /** Somebody waits for what another process may do: look at the file from time to time. */
  readonly watchFile: () => void;
}

export class SqliteRunStore implements RunStore {
  readonly #options: RunStoreOptions;

  constructor(options: RunStoreOptions) {
    this.#options = options;
  }

  async get(runId: string, tenant: string): Promise<RunInfo | undefined> {
    const row = this.#find(runId, tenant);
    return row === undefined ? undefined : infoOf(row);
  }

  /** Shows the runs that are there when the walk begins, as they are when it comes to them. */
  async *list(filter: RunFilter): AsyncGenerator<RunInfo, void, undefined> {
    const { tenant, status, name = null, queue = null, after, limit = Infinity } = checkRunFilter(filter);
    const statuses =
      status === undefined ? null : JSON.stringify(typeof status === 'string' ? [status] : status);
    const last = this.#read((database) =>
      database.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM runs'),
    );
    let seq = after === undefined ? 0 : (this.#find(after, tenant)?.seq ?? -1);
    if (seq < 0) throw unknownPage(after ?? '');
    for (let left = limit; ; ) {
      const page = this.#read((database) =>
        database.all<RunRow>(
          `SELECT * FROM runs WHERE tenant = ?1 AND seq > ?2 AND seq <= ?3 AND name = coalesce(?4, name)
             AND queue = coalesce(?5, queue) AND (?6 IS NULL OR status IN (SELECT value FROM json_each(?6)))
           ORDER BY seq LIMIT ?7`,
          tenant,
          seq,
          last?.seq ?? 0,
          name,
          queue,
          statuses,
          Math.min(PAGE, left),
        ),
      );
      for (const row of page) {
        seq = row.seq;
        yield infoOf(row);
      }
      left -= page.length;
      if (page.length < PAGE || left <= 0) return;
    }
  }

  async result(
    runId: string,
    tenant: string,
    { timeoutMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<RunOutcome> {
    checkSignal('signal', signal)?.throwIfAborted();
    if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
    const row = this.#find(runId, tenant);
    if (row === undefined) throw notFound(runId);
    if (row.completed_at !== null) return outcomeOf(row);
    if (this.#options.database.isClosed)
      throw new OrchestratorError(
        'stopped',
        'The backend was stopped; the run goes on where it is started next.',
      );
    const { alarms, watches, watchFile } = this.#options;
    const { seq, status, started_at: startedAt } = row;
    const ended = waitForEnd({
      id: runId,
      alarms,
      timeoutMs,
      signal,
      standing: () => (startedAt === null ? `. It was ${status} when the wait began.` : '.'),
      watch: (watch) => watches.add(seq, watch),
    });
    watchFile();
    return ended;
  }

  state(tenant: string): StatePort {
    return new SqliteState(this.#options.database, checkName('tenant', tenant));
  }

  #find(runId: string, tenant: string): RunRow | undefined {
    checkName('tenant', tenant);
    checkName('runId', runId);
    return this.#read((database) =>
      database.get<RunRow>('SELECT * FROM runs WHERE tenant = ? AND id = ?', tenant, runId),
    );
  }

  #read<T>(work: (database: Database) => T): T {
    const { database } = this.#options;
    if (!database.isClosed) return work(database);
    const reader = database.reader();
    try {
      return work(reader);
    } finally {
      reader.close();
    }
  }
}
