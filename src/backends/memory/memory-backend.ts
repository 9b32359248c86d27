/** Keeps and drives runs in one process. Nothing outlives the process; everything else is as on a durable backend. */
import type {
  Backend,
  BackendCapabilities,
  QueueOptions,
  RunFunction,
  RunReference,
  RunStore,
  SubmitOptions,
} from '../../contracts/backend.ts';
import { checkFunction, checkInteger, checkNumber, checkObject, checkText } from '../../shared/check.ts';
import { errorToJson, OrchestratorError } from '../../shared/errors.ts';
import { type IdSource, randomIds } from '../../shared/ids.ts';
import { canonicalJson, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { type Clock, systemClock } from '../../shared/time.ts';
import { DependencyIndex } from '../../tasks/dependency-index.ts';
import { MemoryRunContext } from './run-context.ts';
import { MemoryRunStore } from './run-store.ts';
import { type Claim, RunQueue } from './run-queue.ts';
import { RunRecord } from './run-record.ts';
import { checkSubmission } from './submission.ts';

/** All have defaults. */
export interface MemoryBackendOptions {
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Ended runs that are kept; the oldest go first and are then unknown. @default 10_000 */
  readonly keepFinished?: number;
  /** How long `cancel` and `stop` wait for functions that do not listen to their signal. @default 5000 */
  readonly cancelGraceMs?: number;
}

/** The backend that an orchestrator has when it is given none. */
export class MemoryBackend implements Backend {
  readonly capabilities: BackendCapabilities = { durable: false, distributed: false };
  readonly store: RunStore;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #keepFinished: number;
  readonly #cancelGraceMs: number;
  readonly #functions = new Map<string, RunFunction>();
  readonly #runs = new Map<string, RunRecord>();
  readonly #queues = new Map<string, RunQueue>();
  readonly #claims = new Map<RunRecord, Claim>();
  readonly #dependencies = new DependencyIndex();
  readonly #dedupe = new Map<string, string>();
  readonly #working = new Set<RunRecord>();
  #finished: string[] = [];
  #forgotten = 0;
  #order = 0;
  #state: 'created' | 'started' | 'stopped' = 'created';

  constructor({ clock = systemClock, ids = randomIds, keepFinished = 10_000, cancelGraceMs = 5000 }: MemoryBackendOptions = {}) {
    this.#clock = clock;
    this.#ids = ids;
    this.#keepFinished = checkInteger('keepFinished', keepFinished);
    this.#cancelGraceMs = checkInteger('cancelGraceMs', cancelGraceMs);
    this.store = new MemoryRunStore(this.#runs, clock);
  }

  register(name: string, work: RunFunction): void {
    checkText('name', name);
    checkFunction('work', work);
    if (this.#state !== 'created') throw new OrchestratorError('illegal-transition', `Function ${name} must be registered before the start.`);
    if (this.#functions.has(name)) throw new OrchestratorError('already-exists', `There is already a function ${name}.`, { details: { name } });
    this.#functions.set(name, work);
  }

  async start(): Promise<void> {
    this.#refuseWhenStopped();
    this.#state = 'started';
    for (const queue of this.#queues.values()) this.#dispatch(queue);
  }

  async stop({ drainMs = 0 }: { readonly drainMs?: number } = {}): Promise<void> {
    checkInteger('drainMs', drainMs);
    this.#state = 'stopped';
    if (drainMs > 0) await this.#settled([...this.#working], drainMs);
    const left = [...this.#runs.values()].filter(({ isFinal }) => !isFinal);
    const error = new OrchestratorError('stopped', 'The backend was stopped before the run ended.');
    for (const run of left) this.#end(run, 'cancelled', null, error);
    await this.#settled(left, this.#cancelGraceMs);
  }

  async submit(name: string, input: JsonValue, options: SubmitOptions): Promise<RunReference> {
    checkSubmission(name, options);
    return { id: this.#submit(name, input, options, null).definition.id };
  }

  async signal(runId: string, tenant: string, name: string, payload: JsonValue, dedupeKey?: string): Promise<void> {
    const run = this.#known(runId, tenant);
    checkText('name', name);
    if (!run.isFinal) run.mailbox.put(name, toJsonValue(payload), dedupeKey);
  }

  async cancel(runId: string, tenant: string, reason = 'It was cancelled.'): Promise<void> {
    const run = this.#known(runId, tenant);
    const tree = this.#tree(run);
    const error = new OrchestratorError('cancelled', checkText('reason', reason), { details: { runId } });
    for (const each of tree) if (!each.isFinal) this.#end(each, 'cancelled', null, error);
    await this.#settled(tree, this.#cancelGraceMs);
  }

  async setQueue(name: string, options: QueueOptions): Promise<void> {
    checkText('queue', name);
    checkObject('options', options);
    for (const key of ['concurrency', 'perTenant', 'maxWaiting'] as const) {
      const value = options[key];
      if (value !== undefined && value !== Infinity) checkInteger(`options.${key}`, value, key === 'maxWaiting' ? 0 : 1);
    }
    if (options.agingSeconds !== undefined) checkNumber('options.agingSeconds', options.agingSeconds, Number.MIN_VALUE);
    const queue = this.#queue(name);
    queue.configure(options);
    this.#dispatch(queue);
  }

  /** Sync, so that what is checked still holds when it is done. */
  #submit(name: string, input: JsonValue, options: SubmitOptions, parentId: string | null): RunRecord {
    this.#refuseWhenStopped();
    if (!this.#functions.has(name)) {
      const known = [...this.#functions.keys()].join(', ') || 'none';
      throw new OrchestratorError('not-found', `There is no function ${name}; registered: ${known}.`, { details: { name, known } });
    }
    const value = toJsonValue(input);
    const same = this.#sameRun(name, value, options);
    if (same !== undefined) return same;
    const { tenant, dependencies = [] } = options;
    const unknown = dependencies.find((id) => this.#runs.get(id)?.definition.tenant !== tenant);
    if (unknown !== undefined) {
      throw new OrchestratorError('unknown-dependency', `There is no run ${unknown} to depend on.`, { details: { dependency: unknown } });
    }
    const queue = this.#queue(options.queue);
    if (queue.waiting >= queue.options.maxWaiting) {
      throw new OrchestratorError('queue-full', `Queue ${options.queue} holds ${queue.waiting} waiting runs, its limit; try again later.`, {
        retryable: true,
        details: { queue: options.queue, limit: queue.options.maxWaiting },
      });
    }
    this.#order += 1;
    const run = new RunRecord({
      id: options.id ?? this.#ids('run'),
      name,
      tenant,
      queue: options.queue,
      priority: options.priority ?? 0,
      dependencies: [...dependencies],
      parentId,
      input: value,
      dedupeKey: options.dedupeKey,
      timeoutMs: options.timeoutMs,
      createdAt: this.#clock.now(),
      order: this.#order,
    });
    this.#runs.set(run.definition.id, run);
    if (options.dedupeKey !== undefined) this.#dedupe.set(`${tenant}\n${options.dedupeKey}`, run.definition.id);
    queue.waiting += 1;
    this.#place(run, options.delayMs ?? 0);
    return run;
  }

  /** The run that this submission is a repeat of. */
  #sameRun(name: string, input: JsonValue, { id, tenant, dedupeKey }: SubmitOptions): RunRecord | undefined {
    if (dedupeKey !== undefined) {
      const known = this.#runs.get(this.#dedupe.get(`${tenant}\n${dedupeKey}`) ?? '');
      if (known !== undefined) return known;
    }
    const known = id === undefined ? undefined : this.#runs.get(id);
    if (known === undefined) return undefined;
    const { definition } = known;
    if (definition.tenant === tenant && definition.name === name && canonicalJson(definition.input) === canonicalJson(input)) return known;
    throw new OrchestratorError('already-exists', `The id ${id} belongs to another run.`, { details: { id: id ?? null } });
  }

  /** Waits for what a run must wait for, then has it claim a slot. */
  #place(run: RunRecord, delayMs: number): void {
    const { id, dependencies } = run.definition;
    const failed = dependencies.find((each) => isFailed(this.#runs.get(each)));
    if (failed !== undefined) {
      this.#endDependent(run, failed);
      return;
    }
    const open = dependencies.filter((each) => this.#runs.get(each)?.isFinal === false);
    const isReady = open.length === 0 || this.#await(id, open);
    if (delayMs > 0) {
      const undo = this.#clock.after(delayMs, () => {
        run.timers.delete(undo);
        if (!this.#dependencies.has(id) || this.#dependencies.isReady(id)) this.#ready(run);
      });
      run.timers.add(undo);
    } else if (isReady) this.#ready(run);
  }

  #await(id: string, open: readonly string[]): boolean {
    for (const each of open) if (!this.#dependencies.has(each)) this.#dependencies.add(each, []);
    return this.#dependencies.add(id, open);
  }

  #ready(run: RunRecord): void {
    if (run.isFinal || run.status !== 'waiting' || run.timers.size > 0) return;
    run.status = 'queued';
    this.#claim(run, () => this.#begin(run));
  }

  #claim(run: RunRecord, grant: () => void): void {
    const claim = { run, grant };
    const queue = this.#queue(run.definition.queue);
    this.#claims.set(run, claim);
    queue.add(claim);
    this.#dispatch(queue);
  }

  #dispatch(queue: RunQueue): void {
    if (this.#state !== 'started') return;
    for (let claim = queue.next(); claim !== undefined; claim = queue.next()) {
      this.#claims.delete(claim.run);
      claim.run.holdsSlot = true;
      claim.grant();
    }
  }

  #begin(run: RunRecord): void {
    run.status = 'running';
    run.startedAt = this.#clock.now();
    this.#queue(run.definition.queue).waiting -= 1;
    const { timeoutMs } = run.definition;
    if (timeoutMs !== undefined) {
      run.timers.add(this.#clock.after(timeoutMs, () => this.#timeOut(run, timeoutMs)));
    }
    this.#working.add(run);
    run.work = this.#work(run);
  }

  #timeOut(run: RunRecord, timeoutMs: number): void {
    const error = new OrchestratorError('timed-out', `Run ${run.definition.id} did not end in ${timeoutMs} ms.`, { details: { timeoutMs } });
    for (const each of this.#tree(run)) if (!each.isFinal) this.#end(each, 'cancelled', null, error);
  }

  async #work(run: RunRecord): Promise<void> {
    // The function starts in a turn of its own, so that a submission returns before its run has any effect.
    await undefined;
    try {
      const work = this.#functions.get(run.definition.name) as RunFunction;
      const context = new MemoryRunContext(run, {
        clock: this.#clock,
        suspend: (record, wait) => this.#suspend(record, wait),
        submitChild: (parent, id, name, input, options) => this.#submitChild(parent, id, name, input, options),
      });
      const output = toJsonValue(await work(context, run.definition.input));
      if (!run.isFinal) this.#end(run, 'completed', output, null);
    } catch (error) {
      if (!run.isFinal) this.#end(run, 'failed', null, error);
    } finally {
      this.#working.delete(run);
      this.#giveBack(run);
    }
  }

  #submitChild(
    parent: RunRecord,
    id: string,
    name: string,
    input: JsonValue,
    options: Omit<SubmitOptions, 'id' | 'tenant'>,
  ): RunRecord {
    const all = { ...options, id, tenant: parent.definition.tenant };
    checkSubmission(name, all);
    const child = this.#submit(name, input, all, parent.definition.id);
    parent.children.add(child.definition.id);
    return child;
  }

  async #suspend<T>(run: RunRecord, wait: () => Promise<T>): Promise<T> {
    run.suspensions += 1;
    if (run.suspensions === 1 && !run.isFinal) {
      run.status = 'suspended';
      this.#giveBack(run);
    }
    try {
      return await wait();
    } finally {
      run.suspensions -= 1;
      // While another branch still waits, the run holds no slot.
      if (run.suspensions === 0 && !run.isFinal) await this.#resume(run);
    }
  }

  #resume(run: RunRecord): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        run.controller.signal.removeEventListener('abort', settle);
        if (!run.isFinal) run.status = 'running';
        resolve();
      };
      run.controller.signal.addEventListener('abort', settle, { once: true });
      this.#claim(run, settle);
    });
  }

  #giveBack(run: RunRecord): void {
    if (!run.holdsSlot) return;
    run.holdsSlot = false;
    const queue = this.#queue(run.definition.queue);
    queue.release(run.definition.tenant);
    this.#dispatch(queue);
  }

  /** The only place where a run ends. */
  #end(run: RunRecord, status: 'completed' | 'failed' | 'cancelled', output: JsonValue, error: unknown): void {
    const { id, queue: queueName } = run.definition;
    const queue = this.#queue(queueName);
    if (run.startedAt === null) queue.waiting -= 1;
    const claim = this.#claims.get(run);
    if (claim !== undefined) {
      this.#claims.delete(run);
      queue.remove(claim);
    }
    run.end(status, output, error === null ? null : errorToJson(error), this.#clock.now());
    if (status === 'cancelled') run.controller.abort(error);
    if (status !== 'completed') for (const child of this.#tree(run)) if (!child.isFinal) this.#end(child, 'cancelled', null, error);
    this.#settleDependents(id, status === 'completed');
    this.#finished.push(id);
    this.#forgetOld();
  }

  #settleDependents(id: string, isCompleted: boolean): void {
    if (!this.#dependencies.has(id)) return;
    const affected = isCompleted ? this.#dependencies.complete(id) : this.#dependencies.fail(id);
    this.#dependencies.remove(id);
    for (const each of affected) {
      const run = this.#runs.get(each);
      if (run === undefined || run.isFinal) continue;
      if (isCompleted) this.#ready(run);
      else this.#endDependent(run, id);
    }
  }

  #endDependent(run: RunRecord, dependency: string): void {
    const error = new OrchestratorError('dependency-failed', `Run ${run.definition.id} waited for ${dependency}, which did not complete.`, {
      details: { runId: run.definition.id, dependency },
    });
    this.#end(run, 'cancelled', null, error);
  }

  /** A run and all that it started, directly or not. */
  #tree(run: RunRecord): readonly RunRecord[] {
    const tree = [run];
    for (const each of tree) {
      for (const id of each.children) {
        const child = this.#runs.get(id);
        if (child !== undefined) tree.push(child);
      }
    }
    return tree;
  }

  /** Waits until the functions of these runs have returned, for a while at most. */
  async #settled(runs: readonly RunRecord[], milliseconds: number): Promise<void> {
    const work = runs.flatMap((run) => run.work ?? []);
    if (work.length === 0) return;
    let undo = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      undo = this.#clock.after(milliseconds, resolve);
    });
    await Promise.race([Promise.all(work), late]);
    undo();
  }

  #forgetOld(): void {
    while (this.#finished.length - this.#forgotten > this.#keepFinished) {
      const id = this.#finished[this.#forgotten] as string;
      this.#forgotten += 1;
      const run = this.#runs.get(id);
      this.#runs.delete(id);
      if (run?.definition.dedupeKey !== undefined) this.#dedupe.delete(`${run.definition.tenant}\n${run.definition.dedupeKey}`);
    }
    if (this.#forgotten > 1000 && this.#forgotten * 2 > this.#finished.length) {
      this.#finished = this.#finished.slice(this.#forgotten);
      this.#forgotten = 0;
    }
  }

  #queue(name: string): RunQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new RunQueue();
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #known(runId: string, tenant: string): RunRecord {
    checkText('runId', runId);
    checkText('tenant', tenant);
    const run = this.#runs.get(runId);
    if (run?.definition.tenant === tenant) return run;
    throw new OrchestratorError('not-found', `There is no run ${runId} of tenant ${tenant}.`, { details: { runId } });
  }

  #refuseWhenStopped(): void {
    if (this.#state === 'stopped') throw new OrchestratorError('stopped', 'The backend was stopped; make a new one.');
  }
}

function isFailed(run: RunRecord | undefined): boolean {
  return run !== undefined && run.isFinal && run.status !== 'completed';
}
