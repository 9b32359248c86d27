/** Takes runs in, many at a time: finds the one that was meant, checks what it depends on, and writes its row. */
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import { isEqualJson, toJsonText } from '../driving/json-text.ts';
import { otherRun, queueFull, unknownDependency } from '../driving/refusals.ts';
import type { Submission } from '../driving/submission.ts';
import { Batch } from './batch.ts';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';

export interface AdmissionOptions {
  readonly database: Database;
  readonly ids: IdSource;
  readonly now: () => number;
  /** Who asks: the name that other processes hear. */
  readonly sender: string;
}

export interface Admitted {
  readonly id: string;
  readonly seq: number;
  /** It has ended at once: a run it depends on did not complete. */
  readonly isBroken: boolean;
  /** It was there before, so that nothing was written. */
  readonly isKnown: boolean;
}

interface Request {
  readonly name: string;
  readonly inputText: string;
  readonly submission: Submission;
  readonly id: string;
  readonly parent: Hold | undefined;
  /** The parent's key for it. */
  readonly key: string | undefined;
}

interface Answer {
  readonly outcome:
    | 'new'
    | 'broken'
    | 'known'
    | 'other'
    | 'duplicate'
    | 'unknown-dependency'
    | 'full'
    | 'lost';
  readonly run_id: string;
  readonly detail: string | null;
  readonly run_seq: number;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #batch: Batch<Request, Answer>;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    // One at a time: what was asked for first is older.
    this.#batch = new Batch({ send: (requests) => this.#send(requests), width: 1 });
  }

  get isIdle(): boolean {
    return this.#batch.isIdle;
  }

  /**
   * Rejects with `already-exists`, `unknown-dependency`, `queue-full` and `invalid-json`; nothing has changed then. A
   * child is noted in its parent's journal in the same statement; `stopped` when the parent is no longer ours.
   */
  async admit(
    name: string,
    input: JsonValue,
    submission: Submission,
    parent?: Hold,
    key?: string,
  ): Promise<Admitted> {
    const id = submission.id ?? this.#options.ids('run');
    const inputText = toJsonText(input);
    const answer = await this.#batch.add({ name, inputText, submission, id, parent, key });
    const { outcome, detail, run_id: runId, run_seq: seq } = answer;
    switch (outcome) {
      case 'new':
      case 'broken':
        return { id: runId, seq, isBroken: outcome === 'broken', isKnown: false };
      case 'duplicate':
        return { id: runId, seq, isBroken: false, isKnown: true };
      case 'known':
        if (isEqualJson(detail ?? 'null', inputText)) return { id, seq, isBroken: false, isKnown: true };
        throw otherRun(id);
      case 'other':
        throw otherRun(id);
      case 'unknown-dependency':
        throw unknownDependency(detail ?? '');
      case 'full': {
        const [maxWaiting = 0, held = 0] = (detail ?? '').split(' ').map(Number);
        throw queueFull(submission.queue, held, maxWaiting);
      }
      case 'lost':
        throw (parent as Hold).lost();
    }
  }

  async #send(requests: readonly Request[]): Promise<readonly Answer[]> {
    const { database, now, sender } = this.#options;
    const of = <T>(field: (request: Request) => T): T[] => requests.map(field);
    return database.all<Answer>(
      `SELECT * FROM ${database.schema}.admit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
         $17, $18, $19)
       ORDER BY place`,
      [
        sender,
        of(({ submission }) => submission.tenant),
        of(({ id }) => id),
        of(({ submission }) => submission.id !== undefined),
        of(({ name }) => name),
        of(({ submission }) => submission.queue),
        of(({ submission }) => submission.priority),
        of(({ submission }) => submission.delayMs),
        of(({ submission }) => JSON.stringify(submission.dependencies)),
        of(({ inputText }) => inputText),
        of(({ submission }) => submission.dedupeKey ?? null),
        of(({ submission }) => submission.timeoutMs ?? null),
        of(({ parent }) => parent?.seq ?? null),
        of(({ parent }) => parent?.runId ?? null),
        of(({ parent }) => parent?.token ?? null),
        of(({ parent }) => parent?.workflow ?? null),
        of(({ parent }) => parent?.claim ?? null),
        of(({ key }) => key ?? null),
        now(),
      ],
    );
  }
}
