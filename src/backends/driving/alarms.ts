/** Many alarms on one timer of the clock, so that a million delayed runs cost one timer. */
import type { Clock } from '../../shared/time.ts';
import { BinaryHeap } from '../../tasks/binary-heap.ts';

export interface Alarm {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly order: number;
  readonly ring: () => void;
  isSet: boolean;
}

export class Alarms {
  readonly #clock: Clock;
  readonly #heap = new BinaryHeap<Alarm>((a, b) => a.at - b.at || a.order - b.order);
  #order = 0;
  #armedFor: number | undefined;
  #disarm: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rings once, `milliseconds` from now. */
  set(milliseconds: number, ring: () => void): Alarm {
    this.#order += 1;
    const alarm: Alarm = { at: this.#clock.now() + milliseconds, order: this.#order, ring, isSet: true };
    this.#heap.push(alarm);
    this.#arm();
    return alarm;
  }

  /** Takes an alarm back; one that has rung is left alone. */
  cancel(alarm: Alarm | undefined): void {
    if (alarm?.isSet !== true) return;
    alarm.isSet = false;
    this.#heap.remove(alarm);
    this.#arm();
  }

  /** Takes all back and leaves no timer. */
  clear(): void {
    for (const alarm of this.#heap) alarm.isSet = false;
    this.#heap.clear();
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap.peek();
    if (first?.at === this.#armedFor) return;
    this.#disarm();
    this.#armedFor = first?.at;
    this.#disarm =
      first === undefined
        ? () => undefined
        : this.#clock.after(first.at - this.#clock.now(), () => this.#ring());
  }

  #ring(): void {
    this.#armedFor = undefined;
    this.#disarm = () => undefined;
    const now = this.#clock.now();
    try {
      for (let first = this.#heap.peek(); first !== undefined && first.at <= now; first = this.#heap.peek()) {
        this.#heap.pop();
        first.isSet = false;
        first.ring();
      }
    } finally {
      // One that throws is nobody's to catch here; the others must not go down with it.
      this.#arm();
    }
  }
}
