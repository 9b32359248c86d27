/**
 * The working side of a run: its slot, its waits and its abort signal. A run gives its slot back when everything it has
 * begun is waiting, and asks for one again before it goes on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { OrchestratorError } from '../../shared/errors.ts';
import { handled } from './handled.ts';

/** What the execution asks of the backend. */
export interface SlotHost {
  /** A suspended run wants to go on; {@link RunExecution.granted} answers. */
  requestSlot(): void;
  /** Everything waits: the slot is free. */
  releaseSlot(): void;
}

/** One piece of work that has begun: the function itself, or a step in it. */
interface Frame {
  readonly execution: RunExecution;
  readonly parent: Frame | undefined;
  /** Waits and steps it has open. It works by itself while there are none. */
  open: number;
  isOver: boolean;
  /** The step's key; undefined for the function itself. */
  readonly key: string | undefined;
}

/** Tells in which step a call is made, also when steps run side by side. A key, no state. */
const currentFrame = new AsyncLocalStorage<Frame>();

export class RunExecution {
  readonly #host: SlotHost;
  readonly #root: Frame = { execution: this, parent: undefined, open: 0, isOver: false, key: undefined };
  readonly #openWaits = new Set<(reason: Error) => void>();
  readonly #onReturn: (() => void)[] = [];
  #resumptions: (() => void)[] = [];
  /** Frames that work by themselves. */
  #working = 1;
  #hasSlot = true;
  #hasReturned = false;
  #controller: AbortController | undefined;
  #reason: Error | undefined;

  /** Begins with a slot. */
  constructor(host: SlotHost) {
    this.#host = host;
  }

  get hasSlot(): boolean {
    return this.#hasSlot;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Ends all waits with `reason`, and tells the function through its signal. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const fail of [...this.#openWaits]) fail(reason);
    this.#controller?.abort(reason);
  }

  /** The function has returned or thrown. */
  returned(): void {
    this.#hasReturned = true;
    if (this.#openWaits.size > 0) this.abort(ended());
    for (const tell of this.#onReturn) tell();
  }

  /** Calls back once when the function has returned. Only for one that has not. */
  onReturn(tell: () => void): void {
    this.#onReturn.push(tell);
  }

  /** The slot is here: what waited for it goes on. */
  granted(): void {
    this.#hasSlot = true;
    const resumptions = this.#resumptions;
    this.#resumptions = [];
    for (const resume of resumptions) resume();
  }

  /** Takes the slot away for good: the function outlived its run. */
  abandonSlot(): boolean {
    const had = this.#hasSlot;
    this.#hasSlot = false;
    return had;
  }

  /** True when the caller works inside the step of that key. */
  isInside(key: string): boolean {
    for (let frame = currentFrame.getStore(); frame !== undefined; frame = frame.parent) {
      if (frame.execution === this && !frame.isOver && frame.key === key) return true;
    }
    return false;
  }

  /** Does the work of the step `key` in a frame of its own, with a slot. */
  async work<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.throwIfOver();
    const parent = this.#frame();
    if (!this.#hasSlot) await this.#slot();
    const frame: Frame = { execution: this, parent, open: 0, isOver: false, key };
    this.#enter(parent);
    this.#working += 1;
    try {
      return await currentFrame.run(frame, work);
    } finally {
      frame.isOver = true;
      if (frame.open === 0) this.#working -= 1;
      this.#leave(parent);
    }
  }

  /**
   * Waits for `wake`, without a slot if nothing else works meanwhile. `begin` may wake at once; it returns its undo.
   * Rejects with the reason when the run is aborted.
   */
  wait<T>(begin: (wake: (value: T) => void) => () => void): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#reason !== undefined || this.#hasReturned) {
      reject(this.#reason ?? ended());
      return handled(promise);
    }
    const frame = this.#frame();
    let state: 'beginning' | 'waiting' | 'woken' | 'settled' = 'beginning';
    let undo: () => void = () => undefined;
    const close = (): void => {
      state = 'settled';
      this.#openWaits.delete(fail);
      this.#leave(frame);
    };
    const fail = (reason: Error): void => {
      if (state === 'waiting') undo();
      close();
      reject(reason);
    };
    const wake = (value: T): void => {
      if (state === 'beginning') {
        state = 'settled';
        resolve(value);
        return;
      }
      if (state !== 'waiting') return;
      state = 'woken';
      undo();
      this.#withSlot(() => {
        if (state === 'settled') return;
        close();
        resolve(value);
      });
    };
    undo = begin(wake);
    if ((state as string) === 'settled') {
      undo();
      return promise;
    }
    state = 'waiting';
    this.#openWaits.add(fail);
    this.#enter(frame);
    if (this.#working === 0) queueMicrotask(() => this.#suspendIfIdle());
    return handled(promise);
  }

  #slot(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (reason: Error): void => {
      this.#openWaits.delete(fail);
      reject(reason);
    };
    this.#openWaits.add(fail);
    this.#withSlot(() => {
      this.#openWaits.delete(fail);
      resolve();
    });
    return promise;
  }

  #withSlot(resume: () => void): void {
    if (this.#hasSlot) {
      resume();
      return;
    }
    this.#resumptions.push(resume);
    if (this.#resumptions.length === 1) this.#host.requestSlot();
  }

  /** The innermost open frame of this run that the caller is in. */
  #frame(): Frame {
    let frame = currentFrame.getStore();
    while (frame?.isOver) frame = frame.parent;
    return frame?.execution === this ? frame : this.#root;
  }

  #enter(frame: Frame): void {
    frame.open += 1;
    if (frame.open === 1 && !frame.isOver) this.#working -= 1;
  }

  #leave(frame: Frame): void {
    frame.open -= 1;
    if (frame.open === 0 && !frame.isOver) this.#working += 1;
    // What has just been resolved may begin something new: ask again once it had its turn.
    if (this.#working === 0) setImmediate(() => this.#suspendIfIdle());
  }

  #suspendIfIdle(): void {
    if (this.#working > 0 || !this.#hasSlot || this.#hasReturned || this.#reason !== undefined) return;
    this.#hasSlot = false;
    this.#host.releaseSlot();
  }

  /** Throws the reason why the run can do no more. */
  throwIfOver(): void {
    if (this.#reason !== undefined) throw this.#reason;
    if (this.#hasReturned) throw ended();
  }
}

function ended(): OrchestratorError {
  return new OrchestratorError('illegal-transition', 'The run has ended; its context can do no more.');
}
