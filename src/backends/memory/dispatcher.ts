/** Hands out slots when there is something to do, and lets the event loop breathe in between. */
import type { Clock } from '../../shared/time.ts';
import type { Alarm, Alarms } from '../driving/alarms.ts';
import { RunQueue } from './run-queue.ts';
import type { RunRecord } from './run-record.ts';

/** Starts in one turn of the event loop; the rest waits for the next, so that timers and sockets get theirs. */
const STARTS_PER_TURN = 1000;

/** `resuming`: only runs that have started before get a slot. */
export type DispatchMode = 'paused' | 'open' | 'resuming' | 'closed';

export class Dispatcher {
  mode: DispatchMode = 'paused';
  readonly #queues = new Map<string, RunQueue>();
  readonly #changed = new Set<RunQueue>();
  readonly #grant: (run: RunRecord) => void;
  readonly #clock: Clock;
  readonly #alarms: Alarms;
  /** Rings when a rate lets go, one for each queue that has runs held back. */
  readonly #opening = new Map<RunQueue, Alarm>();
  #left = STARTS_PER_TURN;
  #isScheduled = false;

  /** `grant` is told each run that has got a slot; it sets the run's status. */
  constructor(grant: (run: RunRecord) => void, clock: Clock, alarms: Alarms) {
    this.#grant = grant;
    this.#clock = clock;
    this.#alarms = alarms;
  }

  queue(name: string): RunQueue {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new RunQueue(name);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /** Lets work begin, or end. */
  turn(mode: DispatchMode): void {
    this.mode = mode;
    for (const queue of this.#queues.values()) this.poke(queue);
  }

  /** Something changed in a queue: a run came in, a slot came free, a limit moved. */
  poke(queue: RunQueue): void {
    this.#changed.add(queue);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled || this.mode === 'paused' || this.mode === 'closed') return;
    this.#isScheduled = true;
    if (this.#left > 0) queueMicrotask(() => this.#pump());
    else {
      setImmediate(() => {
        this.#left = STARTS_PER_TURN;
        this.#pump();
      });
    }
  }

  #pump(): void {
    this.#isScheduled = false;
    if (this.mode === 'closed') return;
    const now = this.#clock.now();
    const isResuming = this.mode === 'resuming';
    for (const queue of this.#changed) {
      this.#changed.delete(queue);
      for (
        let run = this.#left > 0 ? queue.take(now, isResuming) : undefined;
        run !== undefined;
        run = this.#left > 0 ? queue.take(now, isResuming) : undefined
      ) {
        this.#left -= 1;
        this.#grant(run);
      }
      if (this.#left === 0) {
        this.poke(queue);
        return;
      }
      if (!isResuming) this.#comeBack(queue, now);
      // Whoever makes up a name for each piece of work does not fill the memory with queues.
      if (queue.isIdle && this.#queues.get(queue.name) === queue) this.#queues.delete(queue.name);
    }
  }

  /** Looks at a queue again when a rate lets its next run start. */
  #comeBack(queue: RunQueue, now: number): void {
    const at = queue.nextStartAt(now);
    const known = this.#opening.get(queue);
    if (at === known?.at) return;
    this.#alarms.cancel(known);
    this.#opening.delete(queue);
    if (at === undefined) return;
    const alarm = this.#alarms.set(at - now, () => {
      this.#opening.delete(queue);
      this.poke(queue);
    });
    this.#opening.set(queue, alarm);
  }
}
