/** One life of this process as an executor, from its first sign of life to its loss; a later one has another id. */
import { Worker } from 'node:worker_threads';
import { raceSignal } from '../../../shared/abort.ts';
import { OrchestratorError } from '../../../shared/errors.ts';
import { type BeatTerms, type FromThread, monotonicNow, type ToThread } from './messages.ts';
import type { LossReason, SupervisorEvent } from './supervisor-events.ts';
import { threadLocation } from './thread-location.ts';

export interface LifeOptions extends Omit<BeatTerms, 'pulse'> {
  readonly tell: (event: SupervisorEvent) => void;
}

const SENTENCES: Readonly<Record<LossReason, string>> = {
  'declared-dead': 'gave no sign of life in time: the others have its runs',
  blocked: 'was busy with one thing for too long: the others have its runs',
  'thread-ended': 'lost the thread that gives signs of life',
  stopped: 'was stopped',
};

export class ExecutorLife {
  readonly executorId: string;
  readonly #options: LifeOptions;
  readonly #thread: Worker;
  readonly #lost = new AbortController();
  readonly #pulsing: NodeJS.Timeout;
  readonly #begun = Promise.withResolvers<void>();
  #accept: ((sentAt: number) => void) | undefined;
  #underWay: Promise<number> | undefined;
  #next: Promise<number> | undefined;

  private constructor(options: LifeOptions) {
    const { tell, ...terms } = options;
    const pulse = new Int32Array(new SharedArrayBuffer(4));
    this.#options = options;
    this.executorId = options.executorId;
    this.#pulsing = setInterval(() => Atomics.add(pulse, 0, 1), Math.max(options.beatMs / 2, 5)).unref();
    this.#thread = new Worker(threadLocation(), {
      name: 'orchestrator-beats',
      workerData: { ...terms, pulse } satisfies BeatTerms,
      execArgv: [],
    });
    this.#thread.on('message', (message: FromThread) => this.#hear(message));
    this.#thread.on('error', (error) => this.#onThreadEnd(error));
    this.#thread.on('exit', () => this.#onThreadEnd());
  }

  /** Its row is there. Resolves when its first sign of life was accepted. */
  static async begin(options: LifeOptions): Promise<ExecutorLife> {
    const life = new ExecutorLife(options);
    await life.#begun.promise;
    // Whoever has nothing else to do may end.
    life.#thread.unref();
    return life;
  }

  /** Aborts when it is over. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Begins to watch the others: DBOS has its tables. */
  watch(): void {
    this.#say({ type: 'watch' });
  }

  /** Resolves when the others hold this process for alive, now; never when they do not. */
  async guard(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const sentAt = await raceSignal(this.#check(), signal);
      // Those that share a sign of life begin one after the other, each right after its own look at the clock: otherwise a
      // pause while the first one begins would go unseen by all the others.
      await new Promise(setImmediate);
      // A pause since then may have been longer than the lease. Half of it is left for the step to begin.
      if (!this.lost.aborted && monotonicNow() - sentAt < this.#options.leaseMs / 2) return;
    }
  }

  /** Ends the thread; nobody is told but those who listen to `lost`. */
  async end(reason: LossReason): Promise<void> {
    clearInterval(this.#pulsing);
    this.#abort(reason);
    await this.#thread.terminate();
  }

  /** A sign of life that is sent after this call. Never settles once this life is over. */
  #check(): Promise<number> {
    if (this.#next !== undefined) return this.#next;
    if (this.#underWay === undefined) return this.#ask();
    this.#next = this.#underWay.then(() => this.#ask());
    return this.#next;
  }

  #ask(): Promise<number> {
    this.#next = undefined;
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#accept = (sentAt) => {
      this.#underWay = undefined;
      resolve(sentAt);
    };
    this.#underWay = promise;
    if (!this.lost.aborted) this.#say({ type: 'check' });
    return promise;
  }

  #hear(message: FromThread): void {
    if (this.lost.aborted) return;
    if (message.type === 'accepted') this.#accept?.(message.sentAt);
    else if (message.type === 'begun') this.#begun.resolve();
    else if (message.type === 'event') this.#options.tell(message.event);
    else this.#lose(message.reason);
  }

  #onThreadEnd(error?: Error): void {
    const message = `The executor ${this.executorId} ${SENTENCES['thread-ended']}.`;
    this.#begun.reject(
      new OrchestratorError('internal', message, { ...(error !== undefined && { cause: error }) }),
    );
    if (!this.lost.aborted) this.#lose('thread-ended');
  }

  #lose(reason: LossReason): void {
    this.#begun.reject(this.#loss(reason));
    void this.end(reason);
    this.#options.tell({ type: 'executor-lost', executorId: this.executorId, reason });
  }

  #abort(reason: LossReason): void {
    if (!this.lost.aborted) this.#lost.abort(this.#loss(reason));
  }

  #loss(reason: LossReason): OrchestratorError {
    const message = `The executor ${this.executorId} ${SENTENCES[reason]}.`;
    return new OrchestratorError('stopped', message, { details: { executorId: this.executorId, reason } });
  }

  #say(message: ToThread): void {
    this.#thread.postMessage(message);
  }
}
