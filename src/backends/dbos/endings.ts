/** Ends runs, many at a time, and with each what can't go on without it. */
import type { RunOutcome } from '../../contracts/backend.ts';
import { errorToJson, type OrchestratorError } from '../../shared/errors.ts';
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import type { DbosRow } from './dbos-row.ts';
import type { Hold } from './hold.ts';

export interface Ending {
  readonly seq: number;
  readonly status: RunOutcome['status'];
  readonly outputText: string;
  readonly error: OrchestratorError | null;
  /** Set when its function has returned here: the slot is free with it. */
  readonly hold?: Hold;
}

export interface EndingsOptions {
  readonly database: Database;
  readonly now: () => number;
  readonly sender: string;
  readonly worker: () => string;
  /** Called with all rows that have ended, also those that ended with another one. */
  readonly onEnd: (rows: readonly DbosRow[]) => void;
}

export class Endings {
  readonly #options: EndingsOptions;
  readonly #settled: Batch<Ending, null>;

  constructor(options: EndingsOptions) {
    this.#options = options;
    this.#settled = new Batch({
      width: 1,
      send: async (endings) => {
        await this.#send(endings, Infinity);
        return endings.map(() => null);
      },
    });
  }

  get isIdle(): boolean {
    return this.#settled.isIdle;
  }

  /**
   * Writes how a function ended that has returned here, unless its run is no longer ours; frees its slot either way.
   * Waits for a database that is away.
   */
  async settle(ending: Ending): Promise<void> {
    await this.#settled.add(ending);
  }

  /** Ends a run from outside. Its worker keeps the slot until the function has returned. Gives all that ended with it. */
  cancel(seq: number, error: OrchestratorError): Promise<readonly DbosRow[]> {
    return this.#send([{ seq, status: 'cancelled', outputText: 'null', error }]);
  }

  async #send(endings: readonly Ending[], patience?: number): Promise<readonly DbosRow[]> {
    const { database, sender, worker, now, onEnd } = this.#options;
    const of = <T>(field: (ending: Ending) => T): T[] => endings.map(field);
    const rows = await database.all<DbosRow>(
      `SELECT * FROM ${database.schema}.end_runs($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        sender,
        worker(),
        of(({ seq }) => seq),
        of(({ hold }) => hold?.token ?? null),
        of(({ hold }) => hold?.workflow ?? null),
        of(({ hold }) => hold?.claim ?? null),
        of(({ status }) => status),
        of(({ outputText }) => outputText),
        of(({ error }) => (error === null ? null : JSON.stringify(errorToJson(error)))),
        endings.map(() => null),
        now(),
      ],
      patience,
    );
    onEnd(rows);
    return rows;
  }
}
