/** Finds what already describes a name: the doc comment above it, or a line of the documentation that speaks of it. */
import type { TextFile } from '../../contracts/workspace.ts';
import type { Page } from './read-markdown.ts';

/** A description that stands in a file, and where. */
export interface Description {
  readonly text: string;
  readonly path: string;
  readonly line: number;
}

const MAX_TEXT = 300;
const MAX_COMMENT_LINES = 60;

/** The first paragraph of the doc comment that ends right above a line. Undefined when none does. */
export function docCommentAbove(file: TextFile, line: number): Description | undefined {
  let end = line - 2;
  // Decorators stand between a comment and what it is about.
  while (end >= 0 && /^\s*@[\w.]+/.test((file.lines[end] ?? '').slice(0, 200))) end -= 1;
  if (!/\*\/\s*$/.test((file.lines[end] ?? '').slice(-200))) return undefined;
  let start = end;
  while (start > Math.max(0, end - MAX_COMMENT_LINES) && !(file.lines[start] ?? '').includes('/**'))
    start -= 1;
  if (!(file.lines[start] ?? '').includes('/**')) return undefined;
  const words: string[] = [];
  for (const raw of file.lines.slice(start, end + 1)) {
    const text = raw
      .slice(0, 2_000)
      .replace(/^\s*\/?\*{1,2}(?!\/)/, '')
      .replace(/\*\/\s*$/, '')
      .trim();
    if (text.startsWith('@') || (text === '' && words.length > 0)) break;
    if (text !== '' && text !== '/') words.push(text);
  }
  if (words.length === 0) return undefined;
  return { text: words.join(' ').slice(0, MAX_TEXT), path: file.path, line: start + 1 };
}

/** Looks names up in code of pages: in a sentence, a table, or a block. */
export class NameMentions {
  readonly #byWord = new Map<string, Description>();

  /** A mention in a sentence, a list or a table explains more than one in a block: those go first. */
  constructor(pages: readonly Page[]) {
    for (const inline of [true, false]) {
      for (const { file, code } of pages) {
        for (const { language, text, line } of code) {
          if ((language === 'inline') !== inline) continue;
          for (const [offset, one] of text.slice(0, 20_000).split('\n').entries()) {
            const at = line + offset;
            const shown = (file.lines[at - 1] ?? '').trim().slice(0, MAX_TEXT);
            for (const word of one.slice(0, 2_000).match(/[\w$@/:.-]+/g) ?? []) {
              for (const name of [word, ...word.split(/[^\w$]+/)])
                if (name !== '' && !this.#byWord.has(name))
                  this.#byWord.set(name, { text: shown, path: file.path, line: at });
            }
          }
        }
      }
    }
  }

  find(name: string): Description | undefined {
    return this.#byWord.get(name);
  }
}
