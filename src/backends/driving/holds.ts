/** The runs whose functions are in this process: which of them work, and when they are done. */
import type { Alarms } from './alarms.ts';
import type { RunExecution } from './run-execution.ts';

/** A process's hold on one run. */
export interface Held {
  readonly seq: number;
  readonly execution: RunExecution;
  readonly hasReturned: boolean;
  readonly isSuspended: boolean;
  /** It wants a slot to go on with. */
  readonly isQueued: boolean;
}

export class Holds<Hold extends Held> {
  readonly #holds = new Map<number, Hold>();
  readonly #onQuiet = new Set<() => void>();

  get(seq: number): Hold | undefined {
    return this.#holds.get(seq);
  }

  add(hold: Hold): void {
    this.#holds.set(hold.seq, hold);
  }

  /** Another hold on the same run, which came later, stays. */
  remove(hold: Hold): void {
    if (this.#holds.get(hold.seq) === hold) this.#holds.delete(hold.seq);
    this.tellIfQuiet();
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
    let count = 0;
    for (const { isSuspended } of this.#holds.values()) if (!isSuspended) count += 1;
    return count;
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
