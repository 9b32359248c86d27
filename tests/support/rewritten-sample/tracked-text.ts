/** A text that is edited while places in it are kept track of. */

/** Replaces `start` to `end` (offsets) by `text`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export class TrackedText {
  #text: string;
  #marks: number[];

  constructor(text: string, marks: readonly number[]) {
    this.#text = text;
    this.#marks = [...marks];
  }

  get text(): string {
    return this.#text;
  }

  /** The trimmed line that each mark stands in now. */
  get markedLines(): readonly string[] {
    return this.#marks.map((mark) => {
      const start = this.#text.lastIndexOf('\n', mark - 1) + 1;
      const end = this.#text.indexOf('\n', mark);
      return this.#text.slice(start, end === -1 ? undefined : end).trim();
    });
  }

  /** Applies edits that do not overlap. What is inserted at a mark goes before it. */
  edit(edits: readonly TextEdit[]): void {
    for (const { start, end, text } of [...edits].sort((a, b) => b.start - a.start)) {
      this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
      const delta = text.length - (end - start);
      this.#marks = this.#marks.map((mark) => (mark >= end ? mark + delta : Math.min(mark, start)));
    }
  }

  /** Puts the pieces at `ranges` into the order of `order`, indexes of the ranges; the text between them stays. */
  permute(ranges: readonly TextRange[], order: readonly number[]): void {
    const marks = [...this.#marks];
    let text = '';
    let from = 0;
    for (const [slot, { start, end }] of ranges.entries()) {
      this.#move(from, start, text.length, marks);
      text += this.#text.slice(from, start);
      const piece = ranges[order[slot] as number] as TextRange;
      this.#move(piece.start, piece.end, text.length, marks);
      text += this.#text.slice(piece.start, piece.end);
      from = end;
    }
    this.#move(from, this.#text.length + 1, text.length, marks);
    this.#text = text + this.#text.slice(from);
    this.#marks = marks;
  }

  #move(start: number, end: number, to: number, marks: number[]): void {
    for (const [index, mark] of this.#marks.entries()) {
      if (mark >= start && mark < end) marks[index] = mark - start + to;
    }
  }
}
