/** What the memory backend keeps of one run. */
import type { RunInfo, RunOutcome, RunStatus } from '../../contracts/backend.ts';
import type { ErrorJson } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Alarm } from '../driving/alarms.ts';
import type { RunExecution } from '../driving/run-execution.ts';
import type { RunInbox } from './run-inbox.ts';

/** What is fixed when a run is submitted. */
export interface RunTerms {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly queue: string;
  readonly priority: number;
  readonly dependencies: readonly string[];
  /** JSON text: what a caller does to its object later changes nothing here. */
  readonly inputText: string;
  readonly createdAt: number;
  /** Order of submission: decides among equals. */
  readonly sequence: number;
  readonly dedupeKey: string | undefined;
  readonly timeoutMs: number | undefined;
}

export class RunRecord {
  readonly terms: RunTerms;
  readonly parentId: string | null;
  status: RunStatus = 'waiting';
  outputText = 'null';
  error: ErrorJson | null = null;
  startedAt: number | null = null;
  completedAt: number | null = null;
  /** Open dependencies, and one more while a delay lasts. */
  blockers = 0;
  /** Open runs that wait for this one. */
  dependents: Set<RunRecord> | undefined;
  /** The dependencies that are kept for this one until it ends. */
  awaited: readonly RunRecord[] | undefined;
  /** Set while the parent is open. */
  parent: RunRecord | undefined;
  children: Set<RunRecord> | undefined;
  /** How many open runs still need this one: it is not forgotten before they end. */
  pins = 0;
  /** Set from the first start until the function has returned. */
  execution: RunExecution | undefined;
  inbox: RunInbox | undefined;
  delay: Alarm | undefined;
  timeout: Alarm | undefined;
  /** Those who wait for the end. */
  watchers: Set<(outcome: RunOutcome) => void> | undefined;

  constructor(terms: RunTerms, parent: RunRecord | undefined) {
    this.terms = terms;
    this.parent = parent;
    this.parentId = parent?.terms.id ?? null;
  }

  get isOver(): boolean {
    return this.completedAt !== null;
  }

  /** Calls back once when the run ends, at once when it has. Returns the undo. */
  onEnd(watch: (outcome: RunOutcome) => void): () => void {
    if (this.isOver) {
      watch(this.outcome);
      return () => undefined;
    }
    this.watchers ??= new Set();
    this.watchers.add(watch);
    return () => this.watchers?.delete(watch);
  }

  /** How it ended. Only for a run that is over. */
  get outcome(): RunOutcome {
    return {
      status: this.status as RunOutcome['status'],
      output: JSON.parse(this.outputText) as JsonValue,
      error: this.error,
    };
  }

  get info(): RunInfo {
    const { id, name, tenant, queue, priority, dependencies, inputText, createdAt } = this.terms;
    return {
      id,
      name,
      tenant,
      queue,
      status: this.status,
      priority,
      dependencies,
      parentId: this.parentId,
      input: JSON.parse(inputText) as JsonValue,
      output: JSON.parse(this.outputText) as JsonValue,
      error: this.error,
      createdAt,
      startedAt: this.startedAt,
      completedAt: this.completedAt,
    };
  }
}
