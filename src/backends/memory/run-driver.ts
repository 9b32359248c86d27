/** The life of runs: every move from submission to the end is made here. */
import type { RunContext, RunFunction, RunOutcome } from '../../contracts/backend.ts';
import { errorFromJson, errorToJson, type OrchestratorError } from '../../shared/errors.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { Alarms } from '../driving/alarms.ts';
import { toJsonText } from '../driving/json-text.ts';
import { FunctionRegistry } from '../driving/registry.ts';
import { RunExecution } from '../driving/run-execution.ts';
import { cancelledWith, dependencyFailed, endedBy } from '../driving/run-row.ts';
import type { Submission } from '../driving/submission.ts';
import { Admission } from './admission.ts';
import { Dispatcher } from './dispatcher.ts';
import { MemoryRunContext } from './run-context.ts';
import type { RunRecord } from './run-record.ts';
import type { RunTable } from './run-table.ts';

export interface DriverOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly table: RunTable;
  /** How long a function may go on after its run was ended. */
  readonly cancelGraceMs: number;
}

interface Ending {
  readonly run: RunRecord;
  readonly status: RunOutcome['status'];
  readonly outputText: string;
  readonly error: OrchestratorError | null;
}

export class RunDriver {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly functions = new FunctionRegistry();
  readonly dispatcher: Dispatcher;
  readonly #admission: Admission;
  readonly #table: RunTable;
  readonly #cancelGraceMs: number;
  readonly #executing = new Set<RunRecord>();
  readonly #onQuiet = new Set<() => void>();

  constructor({ clock, ids, table, cancelGraceMs }: DriverOptions) {
    this.clock = clock;
    this.alarms = new Alarms(clock);
    this.#admission = new Admission({ clock, ids, table });
    this.#table = table;
    this.#cancelGraceMs = cancelGraceMs;
    this.dispatcher = new Dispatcher((run) => this.#grant(run), clock, this.alarms);
  }

  /** Takes a run in, or finds the one that was meant. Throws what {@link Admission.admit} throws, and `not-found`. */
  submit(name: string, input: JsonValue, submission: Submission, parent?: RunRecord): RunRecord {
    this.functions.check(name, submission.tenant);
    const queue = this.dispatcher.queue(submission.queue);
    const { run, isKnown, brokenBy } = this.#admission.admit(name, input, submission, queue, parent);
    if (brokenBy !== undefined) this.#end(cancellation(run, dependencyFailed(run.terms.id, brokenBy)));
    if (isKnown || brokenBy !== undefined) return run;
    if (submission.delayMs > 0) {
      run.blockers += 1;
      run.delay = this.alarms.set(submission.delayMs, () => this.#unblock(run));
    }
    if (run.blockers === 0) this.#enqueue(run);
    return run;
  }

  /** Ends a run from outside, with its children. Resolves when their functions have returned or the grace is over. */
  async cancel(run: RunRecord, error: OrchestratorError): Promise<void> {
    const tree: RunRecord[] = [run];
    for (const each of tree) if (each.children !== undefined) tree.push(...each.children);
    this.#end(cancellation(run, error));
    await this.#returned(tree);
  }

  /** Ends every open run. Resolves as {@link RunDriver.cancel} does. */
  async cancelAll(error: OrchestratorError): Promise<void> {
    for (const run of [...this.#table.open()]) this.#end(cancellation(run, error));
    await this.#returned([...this.#executing]);
  }

  /** Resolves when no function works any more; those that wait don't count. Returns the promise and its undo. */
  whenQuiet(): { readonly quiet: Promise<void>; undo(): void } {
    const { promise: quiet, resolve } = Promise.withResolvers<void>();
    this.#onQuiet.add(resolve);
    this.#tellIfQuiet();
    return { quiet, undo: () => this.#onQuiet.delete(resolve) };
  }

  #unblock(run: RunRecord): void {
    run.blockers -= 1;
    if (run.blockers === 0 && run.status === 'waiting') this.#enqueue(run);
  }

  #enqueue(run: RunRecord): void {
    const queue = this.dispatcher.queue(run.terms.queue);
    run.status = 'queued';
    queue.offer(run);
    this.dispatcher.poke(queue);
  }

  #grant(run: RunRecord): void {
    run.status = 'running';
    if (run.execution === undefined) this.#start(run);
    else run.execution.granted();
  }

  #start(run: RunRecord): void {
    const { name, tenant, timeoutMs, inputText, queue } = run.terms;
    const work = this.functions.find(name, tenant) as RunFunction;
    run.startedAt = this.clock.now();
    this.dispatcher.queue(queue).unstarted -= 1;
    if (timeoutMs !== undefined)
      run.timeout = this.alarms.set(timeoutMs, () => this.#timeOut(run, timeoutMs));
    const execution = new RunExecution({
      requestSlot: () => {
        if (!run.isOver) this.#enqueue(run);
      },
      releaseSlot: () => this.#suspend(run),
    });
    run.execution = execution;
    this.#executing.add(run);
    void this.#run(run, execution, work, new MemoryRunContext(this, run, execution), inputText);
  }

  async #run(
    run: RunRecord,
    execution: RunExecution,
    work: RunFunction,
    context: RunContext,
    inputText: string,
  ): Promise<void> {
    let ending: Ending;
    try {
      const output = await work(context, JSON.parse(inputText) as JsonValue);
      ending = { run, status: 'completed', outputText: toJsonText(output), error: null };
    } catch (error) {
      ending = { run, status: 'failed', outputText: 'null', error: errorFromJson(errorToJson(error)) };
    }
    run.execution = undefined;
    this.#executing.delete(run);
    this.#end(ending);
    if (execution.abandonSlot()) this.#release(run);
    execution.returned();
    this.#tellIfQuiet();
  }

  #suspend(run: RunRecord): void {
    if (!run.isOver) run.status = 'suspended';
    this.#release(run);
    this.#tellIfQuiet();
  }

  #release(run: RunRecord): void {
    const queue = this.dispatcher.queue(run.terms.queue);
    queue.release(run);
    this.dispatcher.poke(queue);
  }

  #timeOut(run: RunRecord, timeoutMs: number): void {
    const error = endedBy(run.terms.id, 'timed-out', `did not finish in ${timeoutMs} ms`, { timeoutMs });
    void this.cancel(run, error);
  }

  /** Ends a run and with it those that can't go on without it. Functions hear of it last, when all is in order. */
  #end(first: Ending): void {
    const endings = [first];
    const aborted: (() => void)[] = [];
    for (const ending of endings) {
      if (!ending.run.isOver) this.#endOne(ending, endings, aborted);
    }
    for (const abort of aborted) abort();
  }

  #endOne({ run, status, outputText, error }: Ending, more: Ending[], aborted: (() => void)[]): void {
    const queue = this.dispatcher.queue(run.terms.queue);
    const wasQueued = run.status === 'queued';
    run.status = status;
    run.outputText = outputText;
    run.error = error === null ? null : errorToJson(error);
    run.completedAt = this.clock.now();
    if (wasQueued) queue.withdraw(run);
    if (run.startedAt === null) queue.unstarted -= 1;
    this.alarms.cancel(run.delay);
    this.alarms.cancel(run.timeout);
    run.delay = undefined;
    run.timeout = undefined;
    run.inbox = undefined;
    const { execution } = run;
    if (execution !== undefined)
      aborted.push(() => execution.abort(error ?? endedBy(run.terms.id, 'cancelled', 'was ended')));
    this.#letGo(run, more);
    this.#table.ended(run);
    if (run.watchers !== undefined) {
      const { watchers, outcome } = run;
      run.watchers = undefined;
      for (const watch of watchers) watch(outcome);
    }
  }

  /** Tells dependents, children and dependencies that the run is over. */
  #letGo(run: RunRecord, more: Ending[]): void {
    for (const dependent of run.dependents ?? []) {
      if (run.status === 'completed') this.#unblock(dependent);
      else more.push(cancellation(dependent, dependencyFailed(dependent.terms.id, run.terms.id)));
    }
    run.dependents = undefined;
    for (const child of run.children ?? []) {
      child.parent = undefined;
      this.#table.unpin(child);
      if (run.status !== 'cancelled' || child.isOver) continue;
      more.push(cancellation(child, cancelledWith(child.terms.id, run.terms.id)));
    }
    run.children = undefined;
    for (const dependency of run.awaited ?? []) {
      dependency.dependents?.delete(run);
      this.#table.unpin(dependency);
    }
    run.awaited = undefined;
  }

  /** Waits for functions of ended runs; whoever outlives the grace loses its slot and is waited for no longer. */
  async #returned(runs: readonly RunRecord[]): Promise<void> {
    await Promise.all(runs.map((run) => this.#returnedOne(run)));
  }

  #returnedOne(run: RunRecord): Promise<void> {
    const { execution } = run;
    if (execution === undefined || !run.isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const alarm = this.alarms.set(this.#cancelGraceMs, () => {
        if (execution.abandonSlot()) this.#release(run);
        resolve();
      });
      execution.onReturn(() => {
        this.alarms.cancel(alarm);
        resolve();
      });
    });
  }

  #tellIfQuiet(): void {
    if (this.#onQuiet.size === 0) return;
    for (const run of this.#executing) if (run.status === 'running' || run.status === 'queued') return;
    for (const tell of this.#onQuiet) tell();
    this.#onQuiet.clear();
  }
}

function cancellation(run: RunRecord, error: OrchestratorError): Ending {
  return { run, status: 'cancelled', outputText: 'null', error };
}
