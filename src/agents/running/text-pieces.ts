/** Tells a streamed text in few pieces, so that a fast stream does not flood those who watch. */
import type { Clock } from '../../shared/time.ts';

/** A piece is told when it is so old, in milliseconds, or so long, in characters. */
const OLDEST = 50;
const LONGEST = 200;

export class TextPieces {
  readonly #clock: Clock;
  readonly #tell: (text: string) => void;
  #text = '';
  #undo: (() => void) | undefined;

  constructor(clock: Clock, tell: (text: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(piece: string): void {
    this.#text += piece;
    if (this.#text.length >= LONGEST) this.flush();
    else this.#undo ??= this.#clock.after(OLDEST, () => this.flush());
  }

  /** Tells what is left, and leaves no timer behind. */
  flush(): void {
    this.#undo?.();
    this.#undo = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#tell(text);
  }
}
