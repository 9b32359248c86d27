/** Takes runs in: finds the one that was meant, checks what it depends on, and writes its row. */
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import { isEqualJson, toJsonText } from '../driving/json-text.ts';
import { otherRun, queueFull, unknownDependency } from '../driving/refusals.ts';
import { dependencyFailed, type RunRow, rankOf } from '../driving/run-row.ts';
import type { Submission } from '../driving/submission.ts';
import type { Database } from './database.ts';
import type { Ending, Endings } from './endings.ts';

export interface AdmissionOptions {
  readonly database: Database;
  readonly endings: Endings;
  readonly ids: IdSource;
  readonly now: () => number;
}

export interface Admitted {
  readonly id: string;
  /** What ended at once: the run itself, when a dependency has failed. */
  readonly ended: readonly Ending[];
}

type Parent = Pick<RunRow, 'seq' | 'id'>;

export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Throws `already-exists`, `unknown-dependency`, `queue-full` and `invalid-json`; nothing has changed then. */
  admit(name: string, input: JsonValue, submission: Submission, parent?: Parent): Admitted {
    const inputText = toJsonText(input);
    return this.#options.database.transaction(() => {
      const known = this.#find(name, inputText, submission);
      if (known !== undefined) return { id: known, ended: [] };
      const dependencies = this.#dependencies(submission);
      this.#checkRoom(submission.queue);
      return this.#write(name, inputText, submission, dependencies, parent);
    });
  }

  #write(
    name: string,
    inputText: string,
    { id = this.#options.ids('run'), ...submission }: Submission,
    dependencies: readonly RunRow[],
    parent: Parent | undefined,
  ): Admitted {
    const { database, endings, now } = this.#options;
    const { tenant, queue, priority, delayMs, dedupeKey, timeoutMs } = submission;
    const createdAt = now();
    const open = dependencies.filter(({ completed_at }) => completed_at === null);
    const status = open.length === 0 && delayMs === 0 ? 'queued' : 'waiting';
    const aging = database.get<{ aging_ms: number | null }>(
      'SELECT aging_ms FROM queues WHERE name = ?',
      queue,
    );
    const seq = database.insert(
      `INSERT INTO runs (tenant, id, name, queue, status, priority, rank, dependencies, parent, parent_id, input,
         created_at, ready_at, blockers, dedupe_key, timeout_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      tenant,
      id,
      name,
      queue,
      status,
      priority,
      rankOf(createdAt, priority, aging?.aging_ms ?? null),
      JSON.stringify(submission.dependencies),
      parent?.seq ?? null,
      parent?.id ?? null,
      inputText,
      createdAt,
      createdAt + delayMs,
      open.length,
      dedupeKey ?? null,
      timeoutMs ?? null,
    );
    for (const each of dependencies)
      database.run('INSERT INTO dependencies (dependency, run) VALUES (?, ?)', each.seq, seq);
    const broken = dependencies.find(({ status: how }) => how === 'failed' || how === 'cancelled');
    const ended =
      broken === undefined ? [] : endings.end(endings.cancellation(seq, dependencyFailed(id, broken.id)));
    return { id, ended };
  }

  #find(name: string, inputText: string, { id, tenant, dedupeKey }: Submission): string | undefined {
    const { database } = this.#options;
    if (id !== undefined) {
      const known = database.get<Pick<RunRow, 'name' | 'input'>>(
        'SELECT name, input FROM runs WHERE tenant = ? AND id = ?',
        tenant,
        id,
      );
      if (known !== undefined) {
        if (known.name === name && isEqualJson(known.input, inputText)) return id;
        throw otherRun(id);
      }
    }
    if (dedupeKey === undefined) return undefined;
    return database.get<Pick<RunRow, 'id'>>(
      'SELECT id FROM runs WHERE tenant = ? AND dedupe_key = ? AND completed_at IS NULL',
      tenant,
      dedupeKey,
    )?.id;
  }

  #dependencies({ tenant, dependencies }: Submission): readonly RunRow[] {
    return dependencies.map((id) => {
      const row = this.#options.database.get<RunRow>(
        'SELECT * FROM runs WHERE tenant = ? AND id = ?',
        tenant,
        id,
      );
      if (row !== undefined) return row;
      throw unknownDependency(id);
    });
  }

  #checkRoom(queue: string): void {
    const { database } = this.#options;
    const { max_waiting: limit = null, unstarted: held = 0 } =
      database.get<{ max_waiting: number | null; unstarted: number }>(
        'SELECT max_waiting, unstarted FROM queues WHERE name = ?',
        queue,
      ) ?? {};
    if (limit !== null && held >= limit) throw queueFull(queue, held, limit);
  }
}
