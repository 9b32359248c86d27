/** What the memory backend keeps of one run. */
import type { RunInfo, RunOutcome, RunStatus } from '../../contracts/backend.ts';
import type { ErrorJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { Journal } from './journal.ts';
import { Mailbox } from './mailbox.ts';

/** What stays as it was submitted. */
export interface RunDefinition {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly queue: string;
  readonly priority: number;
  readonly dependencies: readonly string[];
  readonly parentId: string | null;
  readonly input: JsonValue;
  readonly dedupeKey: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly createdAt: number;
  /** Counts submissions: the order among equals. */
  readonly order: number;
}

/** A run and where it stands. Only the backend moves it. */
export class RunRecord {
  readonly definition: RunDefinition;
  readonly journal = new Journal();
  readonly mailbox = new Mailbox();
  readonly controller = new AbortController();
  readonly children = new Set<string>();
  readonly timers = new Set<() => void>();
  status: RunStatus = 'waiting';
  output: JsonValue = null;
  error: ErrorJson | null = null;
  startedAt: number | null = null;
  completedAt: number | null = null;
  /** The function at work; undefined before the start. Never rejects. */
  work: Promise<void> | undefined;
  /** Whether it holds a slot of its queue. */
  holdsSlot = false;
  /** Branches of its function that are asleep or wait. */
  suspensions = 0;
  #done: { readonly promise: Promise<RunOutcome>; readonly resolve: (outcome: RunOutcome) => void } | undefined;

  constructor(definition: RunDefinition) {
    this.definition = definition;
  }

  get isFinal(): boolean {
    return this.completedAt !== null;
  }

  /** How it ended. Read it only when it has. */
  get outcome(): RunOutcome {
    return { status: this.status as RunOutcome['status'], output: this.output, error: this.error };
  }

  get info(): RunInfo {
    const { id, name, tenant, queue, priority, dependencies, parentId, input, createdAt } = this.definition;
    const { status, output, error, startedAt, completedAt } = this;
    return { id, name, tenant, queue, status, priority, dependencies, parentId, input, output, error, createdAt, startedAt, completedAt };
  }

  /** Resolves at the end. */
  ended(): Promise<RunOutcome> {
    if (this.isFinal) return Promise.resolve(this.outcome);
    this.#done ??= Promise.withResolvers<RunOutcome>();
    return this.#done.promise;
  }

  /** Writes the end, drops its timers and tells those who wait. */
  end(status: RunOutcome['status'], output: JsonValue, error: ErrorJson | null, now: number): void {
    this.status = status;
    this.output = output;
    this.error = error;
    this.completedAt = now;
    for (const undo of this.timers) undo();
    this.timers.clear();
    this.mailbox.clear();
    this.#done?.resolve(this.outcome);
  }
}
