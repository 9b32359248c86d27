/** Tells about the runs in a database, also after the backend was stopped. */
import type { RunFilter, RunInfo, RunOutcome, RunStore } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { checkNumber, checkSignal } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Alarms } from '../driving/alarms.ts';
import { checkName } from '../driving/names.ts';
import { checkRunFilter, unknownPage } from '../driving/run-filter.ts';
import { infoOf, notFound, outcomeOf, type RunRow } from '../driving/run-row.ts';
import { waitForEnd } from '../driving/wait-for-end.ts';
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import { type DbosRow, runRowOf } from './dbos-row.ts';
import { DbosState } from './dbos-state.ts';
import type { Watches } from './watches.ts';

/** Rows that are read at once. */
const PAGE = 200;

export interface RunStoreOptions {
  readonly database: Database;
  readonly alarms: Alarms;
  readonly watches: Watches;
  /** Somebody waits for what another process may do: listen, and look from time to time. */
  readonly watchDatabase: () => void;
}

interface Question {
  readonly tenant: string;
  readonly id: string;
}

export class DbosRunStore implements RunStore {
  readonly #options: RunStoreOptions;
  readonly #finds: Batch<Question, RunRow | undefined>;

  constructor(options: RunStoreOptions) {
    this.#options = options;
    this.#finds = new Batch({ width: 2, send: (questions) => this.#findAll(questions) });
  }

  async get(runId: string, tenant: string): Promise<RunInfo | undefined> {
    const row = await this.find(runId, tenant);
    return row === undefined ? undefined : infoOf(row);
  }

  /** Shows the runs that are there when the walk begins, as they are when it comes to them. */
  async *list(filter: RunFilter): AsyncGenerator<RunInfo, void, undefined> {
    const { tenant, status, name = null, queue = null, after, limit = Infinity } = checkRunFilter(filter);
    const statuses = status === undefined ? null : typeof status === 'string' ? [status] : status;
    const { schema } = this.#options.database;
    const [last] = await this.#read<{ seq: number | null }>(`SELECT max(seq) AS seq FROM ${schema}.runs`, []);
    let seq = 0;
    if (after !== undefined) {
      const row = await this.find(after, tenant);
      if (row === undefined) throw unknownPage(after);
      seq = row.seq;
    }
    for (let left = limit; ; ) {
      const page = await this.#read<DbosRow>(
        `SELECT * FROM ${schema}.runs WHERE tenant = $1 AND seq > $2 AND seq <= $3 AND ($4::text IS NULL OR name = $4)
           AND ($5::text IS NULL OR queue = $5) AND ($6::text[] IS NULL OR status = ANY ($6))
         ORDER BY seq LIMIT $7`,
        [tenant, seq, last?.seq ?? 0, name, queue, statuses, Math.min(PAGE, left)],
      );
      for (const row of page) {
        seq = row.seq;
        yield infoOf(runRowOf(row));
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
    const row = await this.find(runId, tenant);
    signal?.throwIfAborted();
    if (row === undefined) throw notFound(runId);
    if (row.completed_at !== null) return outcomeOf(row);
    if (this.#options.database.isClosed)
      throw new OrchestratorError(
        'stopped',
        'The backend was stopped; the run goes on where it is started next.',
      );
    const { alarms, watches, watchDatabase } = this.#options;
    const { seq, status, started_at: startedAt } = row;
    const ended = waitForEnd({
      id: runId,
      alarms,
      timeoutMs,
      signal,
      standing: () => (startedAt === null ? `. It was ${status} when the wait began.` : '.'),
      watch: (watch) => watches.add(seq, watch),
    });
    watchDatabase();
    return ended;
  }

  state(tenant: string): StatePort {
    return new DbosState(this.#options.database, checkName('tenant', tenant));
  }

  /** One run, as it stands; undefined when there is none. */
  async find(runId: string, tenant: string): Promise<RunRow | undefined> {
    checkName('tenant', tenant);
    checkName('runId', runId);
    return this.#finds.add({ tenant, id: runId });
  }

  async #findAll(questions: readonly Question[]): Promise<readonly (RunRow | undefined)[]> {
    const { schema } = this.#options.database;
    const rows = await this.#read<DbosRow & { place: number }>(
      `SELECT r.*, q.place FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (tenant, id, place)
       JOIN ${schema}.runs AS r ON r.tenant = q.tenant AND r.id = q.id`,
      [questions.map(({ tenant }) => tenant), questions.map(({ id }) => id)],
    );
    const byPlace = new Map(rows.map(({ place, ...row }) => [place, runRowOf(row)]));
    return questions.map((_question, index) => byPlace.get(index + 1));
  }

  async #read<T extends object>(text: string, values: readonly unknown[]): Promise<T[]> {
    const { database } = this.#options;
    if (!database.isClosed) return database.all<T>(text, values);
    const reader = database.reader();
    try {
      return await reader.all<T>(text, values);
    } finally {
      await reader.close();
    }
  }
}
