/** Takes runs in: finds the one that was meant, checks what it depends on, and makes its record. */
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { toJsonText } from '../driving/json-text.ts';
import { otherRun, queueFull, unknownDependency } from '../driving/refusals.ts';
import type { Submission } from '../driving/submission.ts';
import type { RunQueue } from './run-queue.ts';
import { RunRecord } from './run-record.ts';
import { hasMark, type RunTable } from './run-table.ts';

export interface AdmissionOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly table: RunTable;
}

export interface Admitted {
  readonly run: RunRecord;
  /** It was here before. */
  readonly isKnown: boolean;
  /** The run that it depends on and that did not complete, if there is one. */
  readonly brokenBy?: string;
}

export class Admission {
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #table: RunTable;
  #sequence = 0;

  constructor({ clock, ids, table }: AdmissionOptions) {
    this.#clock = clock;
    this.#ids = ids;
    this.#table = table;
  }

  /** Throws `already-exists`, `unknown-dependency`, `queue-full` and `invalid-json`; nothing has changed then. */
  admit(
    name: string,
    input: JsonValue,
    submission: Submission,
    queue: RunQueue,
    parent: RunRecord | undefined,
  ): Admitted {
    const inputText = toJsonText(input);
    const known = this.#find(name, inputText, submission);
    if (known !== undefined) return { run: known, isKnown: true };
    const { awaited, brokenBy } = this.#dependencies(submission);
    const { unstarted, maxWaiting } = queue;
    if (unstarted >= maxWaiting) throw queueFull(submission.queue, unstarted, maxWaiting);
    const run = this.#record(name, inputText, submission, parent);
    this.#table.add(run);
    queue.unstarted += 1;
    if (parent !== undefined) {
      parent.children ??= new Set();
      parent.children.add(run);
      run.pins += 1;
    }
    if (brokenBy !== undefined) return { run, isKnown: false, brokenBy };
    linkTo(run, awaited);
    return { run, isKnown: false };
  }

  #record(name: string, inputText: string, submission: Submission, parent: RunRecord | undefined): RunRecord {
    const { id = this.#ids('run'), tenant, queue, priority, dependencies, dedupeKey, timeoutMs } = submission;
    this.#sequence += 1;
    const createdAt = this.#clock.now();
    const sequence = this.#sequence;
    return new RunRecord(
      {
        id,
        name,
        tenant,
        queue,
        priority,
        dependencies,
        inputText,
        createdAt,
        sequence,
        dedupeKey,
        timeoutMs,
      },
      parent,
    );
  }

  #find(name: string, inputText: string, { id, tenant, dedupeKey }: Submission): RunRecord | undefined {
    if (id !== undefined) {
      const run = this.#table.get(tenant, id);
      const trace = run === undefined ? this.#table.trace(tenant, id) : undefined;
      const known = run === undefined ? trace : { name: run.terms.name, inputMark: run.terms.inputText };
      if (known !== undefined) {
        if (known.name !== name || !hasMark(known.inputMark, inputText)) throw otherRun(id);
        return run ?? forgotten(id, tenant, name);
      }
    }
    return dedupeKey === undefined ? undefined : this.#table.byDedupeKey(tenant, dedupeKey);
  }

  /** The dependencies that are still kept, and the first that did not complete. */
  #dependencies({ tenant, dependencies }: Submission): {
    readonly awaited: readonly RunRecord[];
    readonly brokenBy: string | undefined;
  } {
    const awaited: RunRecord[] = [];
    let brokenBy: string | undefined;
    for (const id of dependencies) {
      const run = this.#table.get(tenant, id);
      const status = run?.status ?? this.#table.trace(tenant, id)?.status;
      if (status === undefined) throw unknownDependency(id);
      if (status === 'failed' || status === 'cancelled') brokenBy ??= id;
      if (run !== undefined) awaited.push(run);
    }
    return { awaited, brokenBy };
  }
}

function linkTo(run: RunRecord, awaited: readonly RunRecord[]): void {
  if (awaited.length === 0) return;
  run.awaited = awaited;
  for (const dependency of awaited) {
    dependency.pins += 1;
    if (dependency.isOver) continue;
    run.blockers += 1;
    dependency.dependents ??= new Set();
    dependency.dependents.add(run);
  }
}

/** Stands for a run that ended so long ago that only its trace is left. */
function forgotten(id: string, tenant: string, name: string): RunRecord {
  return new RunRecord(
    {
      id,
      name,
      tenant,
      queue: '',
      priority: 0,
      dependencies: [],
      inputText: 'null',
      createdAt: 0,
      sequence: 0,
      dedupeKey: undefined,
      timeoutMs: undefined,
    },
    undefined,
  );
}
