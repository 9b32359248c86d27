/** Reads a Markdown page: its headings and anchors, where its links lead, and the code it shows. */

import type { Nodes, Root } from 'mdast';
import type { TextFile } from '../../contracts/workspace.ts';
import { isCostlyMarkdown } from '../../shared/costly-markdown.ts';
import { Slugger } from './slugger.ts';

/** Longer pages are not parsed: the time a parser takes on hostile text grows faster than its length. */
const MAX_PAGE = 400_000;
/** A line inside this many quotes and lists: the parser's time grows with the square of the depth. */
const TOO_DEEP = /^(?:[ \t]{0,8}(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){100}/m;

export interface PageLink {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly sort: 'link' | 'image';
}

export interface PageCode {
  /** The language after the fence in lower case, `inline` for code in a sentence, or '' when none is named. */
  readonly language: string;
  readonly text: string;
  /** The line of its first character. */
  readonly line: number;
}

export interface Page {
  readonly file: TextFile;
  readonly headings: readonly { readonly text: string; readonly depth: number; readonly line: number }[];
  /** In lower case: of headings, and `id` and `name` of HTML elements. */
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly PageLink[];
  readonly code: readonly PageCode[];
}

/** The page of a file, or undefined when it is too long or nested too deeply to parse. */
export async function readMarkdown(file: TextFile): Promise<Page | undefined> {
  if (file.text.length > MAX_PAGE || TOO_DEEP.test(file.text) || isCostlyMarkdown(file.text))
    return undefined;
  const [{ fromMarkdown }, { gfmFromMarkdown }, { gfm }] = await Promise.all([
    import('mdast-util-from-markdown'),
    import('mdast-util-gfm'),
    import('micromark-extension-gfm'),
  ]);
  let root: Root;
  try {
    root = fromMarkdown(readable(file.text), {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    });
  } catch {
    // Thousands of nested quotes or lists run the parser out of stack.
    return undefined;
  }
  return new PageReader(file).read(root);
}

/**
 * Blanks a front matter block and the table that the all-contributors bot writes (its anchors lead nowhere by design),
 * so that lines keep their numbers.
 */
function readable(text: string): string {
  const opening = /^(---|\+\+\+)\r?\n/.exec(text)?.[1];
  const end = opening === undefined ? -1 : text.indexOf(`\n${opening}`, 3);
  const body = end < 0 ? text : blank(text, 0, end + 4);
  const from = body.indexOf('<!-- ALL-CONTRIBUTORS-LIST:START');
  const to = from < 0 ? -1 : body.indexOf('<!-- ALL-CONTRIBUTORS-LIST:END', from);
  return to < 0 ? body : blank(body, from, to);
}

function blank(text: string, from: number, to: number): string {
  return text.slice(0, from) + text.slice(from, to).replace(/[^\r\n]/g, '') + text.slice(to);
}

class PageReader {
  readonly #file: TextFile;
  readonly #slugger = new Slugger();
  readonly #headings: { text: string; depth: number; line: number }[] = [];
  readonly #anchors = new Set<string>();
  readonly #links: PageLink[] = [];
  readonly #code: PageCode[] = [];

  constructor(file: TextFile) {
    this.#file = file;
  }

  read(root: Root): Page {
    // A stack of our own: pages nest as deep as their author likes.
    const stack: Nodes[] = [root];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      this.#take(node);
      if ('children' in node) for (const child of node.children.toReversed()) stack.push(child);
    }
    return {
      file: this.#file,
      headings: this.#headings,
      anchors: this.#anchors,
      links: this.#links,
      code: this.#code,
    };
  }

  #take(node: Nodes): void {
    const line = node.position?.start.line ?? 1;
    const column = node.position?.start.column ?? 1;
    switch (node.type) {
      case 'heading':
        this.#heading(textOf(node), node.depth, line);
        break;
      case 'link':
      case 'definition':
        this.#links.push({ url: node.url, line, column, sort: 'link' });
        break;
      case 'image':
        this.#links.push({ url: node.url, line, column, sort: 'image' });
        break;
      case 'footnoteDefinition':
        this.#anchors.add(`fn-${node.identifier.toLowerCase()}`);
        break;
      case 'html':
        this.#html(node.value, line);
        break;
      case 'code':
        this.#code.push({
          language: (node.lang ?? '').toLowerCase(),
          text: node.value,
          line: line + this.#fenceLines(line),
        });
        break;
      case 'inlineCode':
        this.#code.push({ language: 'inline', text: node.value, line });
        break;
      default:
    }
  }

  #fenceLines(line: number): number {
    return /^[\s>*+\-\d.)]*(?:```|~~~)/.test((this.#file.lines[line - 1] ?? '').slice(0, 200)) ? 1 : 0;
  }

  #heading(text: string, depth: number, line: number): void {
    // Site generators let an author fix the anchor: `## Title {#own-anchor}`.
    const own = /\{\s*#([\w:.-]{1,200})\s*\}\s*$/.exec(text.slice(-220));
    if (own?.[1] !== undefined) this.#anchors.add(own[1].toLowerCase());
    this.#headings.push({ text, depth, line });
    this.#anchors.add(this.#slugger.next(own === null ? text : text.slice(0, text.lastIndexOf('{')).trim()));
  }

  #html(value: string, line: number): void {
    const html = value.replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) => comment.replace(/[^\n]/g, ' '));
    for (const tag of html.matchAll(/<([a-z][a-z0-9]*)\b([^<>]{0,2000})>/gi)) {
      const at = line + newlines(html, tag.index);
      const attributes = attributesOf(tag[2] ?? '');
      for (const name of ['id', 'name']) {
        const anchor = attributes.get(name);
        if (anchor !== undefined) this.#anchors.add(anchor.toLowerCase());
      }
      const element = (tag[1] ?? '').toLowerCase();
      const url = attributes.get(element === 'a' ? 'href' : 'src');
      if (url !== undefined && (element === 'a' || element === 'img')) {
        this.#links.push({ url, line: at, column: 1, sort: element === 'a' ? 'link' : 'image' });
      }
      const level = /^h([1-6])$/.exec(element)?.[1];
      if (level === undefined) continue;
      const start = tag.index + tag[0].length;
      const end = html.indexOf('</h', start);
      const text =
        end < 0
          ? ''
          : html
              .slice(start, Math.min(end, start + 500))
              .replace(/<[^<>]*>/g, '')
              .trim();
      if (text !== '') this.#heading(text, Number(level), at);
    }
  }
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const match of text.matchAll(
    /(?<![\w-])(id|name|href|src)\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi,
  )) {
    attributes.set((match[1] ?? '').toLowerCase(), (match[2] ?? match[3] ?? match[4] ?? '').trim());
  }
  return attributes;
}

function newlines(text: string, end: number): number {
  let count = 0;
  for (let index = text.indexOf('\n'); index >= 0 && index < end; index = text.indexOf('\n', index + 1))
    count += 1;
  return count;
}

/** The text a reader sees; pictures and HTML tags give none. */
function textOf(node: Nodes): string {
  if (node.type === 'text' || node.type === 'inlineCode') return node.value;
  return 'children' in node ? node.children.map((child) => textOf(child)).join('') : '';
}
