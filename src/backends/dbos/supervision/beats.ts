/** Gives signs of life: regularly, and when asked. One is under way at a time; all that ask meanwhile share the next one. */
import type { Link } from './link.ts';
import { type BeatTerms, type FromThread, monotonicNow } from './messages.ts';

const FIRST_PAUSE_MS = 25;

export class Beats {
  readonly #link: Link;
  readonly #terms: BeatTerms;
  readonly #tell: (message: FromThread) => void;
  #isAsked = false;
  #isLost = false;
  #isAway = false;
  #hasBegun = false;
  #wake: () => void = () => undefined;

  constructor(link: Link, terms: BeatTerms, tell: (message: FromThread) => void) {
    this.#link = link;
    this.#terms = terms;
    this.#tell = tell;
  }

  /** The next sign of life is sent now, and told of when it was accepted. */
  ask(): void {
    this.#isAsked = true;
    this.#wake();
  }

  /** Until this executor is found dead. */
  async run(): Promise<void> {
    const { beatMs } = this.#terms;
    let pause = FIRST_PAUSE_MS;
    while (!this.#isLost) {
      const isAsked = this.#isAsked;
      this.#isAsked = false;
      const sentAt = monotonicNow();
      try {
        await this.#send();
        pause = FIRST_PAUSE_MS;
        this.#onAnswer(isAsked, sentAt);
        if (!this.#isAsked) await this.#rest(sentAt + beatMs - monotonicNow());
      } catch (error) {
        this.#isAsked ||= isAsked;
        this.#onFailure(error);
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, beatMs);
      }
    }
  }

  async #send(): Promise<void> {
    const { schema, executorId } = this.#terms;
    const accepted = await this.#link.query(
      `UPDATE ${schema}.executors SET beat = beat + 1, seen = now() WHERE id = $1 AND state = 'alive' RETURNING 1`,
      [executorId],
    );
    this.#isLost = accepted.length === 0;
  }

  #onAnswer(isAsked: boolean, sentAt: number): void {
    if (this.#isAway) this.#tell({ type: 'event', event: { type: 'database-back' } });
    this.#isAway = false;
    if (this.#isLost) {
      this.#tell({ type: 'lost', reason: 'declared-dead' });
      return;
    }
    if (!this.#hasBegun) this.#tell({ type: 'begun' });
    this.#hasBegun = true;
    if (isAsked) this.#tell({ type: 'accepted', sentAt });
  }

  #onFailure(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const message = error instanceof Error ? error.message : String(error);
    this.#tell({ type: 'event', event: { type: 'database-away', message } });
  }

  /** Until it is time, or asked for. */
  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(milliseconds, 0));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
