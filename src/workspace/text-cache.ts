/** Remembers file texts up to a number of bytes; the least recently used go first. */
import type { TextFile } from '../contracts/workspace.ts';

export class TextCache {
  readonly #maxBytes: number;
  readonly #files = new Map<string, TextFile>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held, counted as two for each character of text. */
  get bytes(): number {
    return this.#bytes;
  }

  get(path: string): TextFile | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    this.#files.delete(path);
    this.#files.set(path, file);
    return file;
  }

  set(file: TextFile): void {
    this.#drop(file.path);
    this.#files.set(file.path, file);
    this.#bytes += sizeOf(file);
    for (const path of this.#files.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(path);
    }
  }

  #drop(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#bytes -= sizeOf(file);
  }
}

/** Lines are slices that share the text's memory in V8; the text alone is counted. */
function sizeOf(file: TextFile): number {
  return file.text.length * 2;
}
