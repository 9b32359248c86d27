/** One reader's events: a queue that holds the newest of them, and says how many a slow reader has missed. */
import type { OrchestratorEvent } from '../contracts/events.ts';

/** One reader at a time. Ends when closed, after what is left in it. */
export class EventStream implements AsyncIterableIterator<OrchestratorEvent> {
  readonly #capacity: number;
  readonly #onClose: () => void;
  /** A ring: full, the oldest gives way. */
  readonly #events: (OrchestratorEvent | undefined)[] = [];
  #first = 0;
  #count = 0;
  #lost = 0;
  /** The newest of the lost ones. */
  #lastLost: OrchestratorEvent | undefined;
  #waiting: ((result: IteratorResult<OrchestratorEvent>) => void) | undefined;
  #isClosed = false;

  /** `onClose` is called once, when the reader stops or the stream is closed. */
  constructor(capacity: number, onClose: () => void = () => undefined) {
    this.#capacity = capacity;
    this.#onClose = onClose;
  }

  push(event: OrchestratorEvent): void {
    if (this.#isClosed) return;
    if (this.#waiting !== undefined) {
      const resolve = this.#waiting;
      this.#waiting = undefined;
      resolve({ value: event, done: false });
      return;
    }
    if (this.#count === this.#capacity) this.#lose(this.#take() as OrchestratorEvent, 1);
    this.#events[(this.#first + this.#count) % this.#capacity] = event;
    this.#count += 1;
  }

  /** At most `count` events up to this one were forgotten before the reader came. Before the first push. */
  beginAfterLoss(newest: OrchestratorEvent, count: number): void {
    this.#lose(newest, count);
  }

  /** Lets the reader take what is left, then ends. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting?.({ value: undefined, done: true });
    this.#waiting = undefined;
    this.#onClose();
  }

  next(): Promise<IteratorResult<OrchestratorEvent>> {
    const value = this.#takeLoss() ?? this.#take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<OrchestratorEvent>> {
    this.#events.length = 0;
    this.#count = 0;
    this.#lost = 0;
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #lose(newest: OrchestratorEvent, count: number): void {
    this.#lost += count;
    this.#lastLost = newest;
  }

  /** The mark of what was lost stands where it would have stood: a reader that resumes after it goes on as it was. */
  #takeLoss(): OrchestratorEvent | undefined {
    if (this.#lost === 0 || this.#lastLost === undefined) return undefined;
    const { position, at, tenant, runId, rootRunId } = this.#lastLost;
    const mark = {
      type: 'events-lost',
      lost: this.#lost,
      position,
      at,
      tenant,
      runId,
      rootRunId,
    } as const;
    this.#lost = 0;
    this.#lastLost = undefined;
    return mark;
  }

  #take(): OrchestratorEvent | undefined {
    if (this.#count === 0) return undefined;
    const event = this.#events[this.#first];
    this.#events[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#capacity;
    this.#count -= 1;
    return event;
  }
}
