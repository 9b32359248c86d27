/** Keeps syntax trees up to an amount of source; one that was let go is parsed again when asked for. */
import { type ParsedSource, type Parser, parseSource } from './parse-source.ts';

/** A tree takes some fifty to a hundred times the memory of its source. Characters. */
const MAX_KEPT_LENGTH = 2 * 1024 * 1024;

export class AstStore {
  readonly #parse: Parser;
  readonly #maxLength: number;
  readonly #kept = new Map<string, { readonly parsed: ParsedSource; readonly length: number }>();
  #length = 0;

  constructor(parse: Parser, maxLength = MAX_KEPT_LENGTH) {
    this.#parse = parse;
    this.#maxLength = maxLength;
  }

  /** How many trees are held. */
  get size(): number {
    return this.#kept.size;
  }

  get(path: string, text: string): ParsedSource {
    const known = this.#kept.get(path);
    if (known !== undefined) {
      this.#kept.delete(path);
      this.#kept.set(path, known);
      return known.parsed;
    }
    const parsed = parseSource(this.#parse, path, text);
    this.#kept.set(path, { parsed, length: text.length });
    this.#length += text.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#length <= this.#maxLength || oldest === path) break;
      this.#kept.delete(oldest);
      this.#length -= length;
    }
    return parsed;
  }
}
