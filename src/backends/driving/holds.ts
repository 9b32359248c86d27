/** The runs whose functions are in this process: which of them work, and when they are done. */
import type { Alarms } from './alarms.ts';
import type { RunExecution } from './run-execution.ts';

/** A process's hold on one run. */
export interface Held {
  readonly seq: number;
  readonly execution: RunExecution;
  readonly hasReturned: boolean;
  /** It has no slot. Changed by {@link Holds.suspend} and {@link Holds.grant}. */
  isSuspended: boolean;
  /** It wants a slot to go on with. */
  isQueued: boolean;
}

export class Holds<Hold extends Held> {
  readonly #holds = new Map<number, Hold>();
  /** Thousands may sleep, so they are counted, not looked through. */
  readonly #suspended = new Set<Hold>();
  readonly #onQuiet = new Set<() => void>();

  get(seq: number): Hold | undefined {
    return this.#holds.get(seq);
  }

  add(hold: Hold): void {
    const earlier = this.#holds.get(hold.seq);
    if (earlier !== undefined) this.#suspended.delete(earlier);
    this.#holds.set(hold.seq, hold);
  }

  /** Another hold on the same run, which came later, stays. */
  remove(hold: Hold): void {
    if (this.#holds.get(hold.seq) === hold) this.#holds.delete(hold.seq);
    this.#suspended.delete(hold);
    this.tellIfQuiet();
  }

  /** Everything in it waits: it has given its slot back. */
  suspend(hold: Hold): void {
    hold.isSuspended = true;
    if (this.#holds.get(hold.seq) === hold) this.#suspended.add(hold);
  }

  /** It has a slot again, and goes on. */
  grant(hold: Hold): void {
    hold.isSuspended = false;
    hold.isQueued = false;
    this.#suspended.delete(hold);
    hold.execution.granted();
  }

  get size(): number {
    return this.#holds.size;
  }

  /** A copy: what is done with them may change the list. */
  all(): readonly Hold[] {
    return [...this.#holds.values()];
  }

  /** How many have a slot. */
  get working(): number {
    return this.#holds.size - this.#suspended.size;
  }

  /** Resolves when no function works or waits for a slot any more. Returns the promise and its undo. */
  whenQuiet(): { readonly quiet: Promise<void>; undo(): void } {
    const { promise: quiet, resolve } = Promise.withResolvers<void>();
    this.#onQuiet.add(resolve);
    this.tellIfQuiet();
    return { quiet, undo: () => this.#onQuiet.delete(resolve) };
  }

  tellIfQuiet(): void {
    if (this.#onQuiet.size === 0) return;
    for (const { isSuspended, isQueued } of this.#holds.values()) if (!isSuspended || isQueued) return;
    for (const tell of this.#onQuiet) tell();
    this.#onQuiet.clear();
  }

  /** Waits for functions of ended runs; whoever outlives the grace is given up and waited for no longer. */
  async returned(
    holds: readonly (Hold | undefined)[],
    {
      alarms,
      graceMs,
      giveUp,
    }: {
      readonly alarms: Alarms;
      readonly graceMs: number;
      readonly giveUp: (hold: Hold) => void;
    },
  ): Promise<void> {
    const waits = holds.map((hold) => {
      if (hold === undefined || hold.hasReturned) return undefined;
      return new Promise<void>((resolve) => {
        const alarm = alarms.set(graceMs, () => {
          giveUp(hold);
          resolve();
        });
        hold.execution.onReturn(() => {
          alarms.cancel(alarm);
          resolve();
        });
      });
    });
    await Promise.all(waits);
  }
}
