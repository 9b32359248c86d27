/** Has DBOS execute runs. Functions begin in the order in which they got their slots, though DBOS writes attempts side by side. */
import type { Engine } from './engine.ts';
import type { Hold } from './hold.ts';

export class Attempts {
  #begun: Promise<void> = Promise.resolve();

  /** Resolves when DBOS has begun it, which is before `work` has ended. Rejects when it can't. */
  async begin(engine: Engine, hold: Hold, work: () => Promise<void>): Promise<void> {
    const before = this.#begun;
    const { promise, resolve: begun } = Promise.withResolvers<void>();
    this.#begun = promise;
    try {
      await engine.execute(hold.workflow, hold.seq, hold.token, async (claim) => {
        hold.claim = claim;
        await before;
        begun();
        await work();
      });
    } catch (error) {
      begun();
      throw error;
    }
  }

  /** What an earlier life of this process could not begin is not waited for. */
  reset(): void {
    this.#begun = Promise.resolve();
  }
}
