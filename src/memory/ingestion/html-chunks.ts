/** HTML: the text a reader would see, in a piece for each heading. Scripts, styles and what is hidden are left out. */
import type { DefaultTreeAdapterTypes } from 'parse5';
import { type Chunk, cutText, MAX_CHUNK_LENGTH } from './chunk.ts';

const UNSEEN = new Set(['script', 'style', 'template', 'noscript', 'head', 'svg', 'iframe', 'object']);
const BLOCKS = new Set([
  'p',
  'div',
  'li',
  'tr',
  'br',
  'section',
  'article',
  'pre',
  'blockquote',
  'td',
  'th',
  'dd',
  'dt',
  'table',
  'ul',
  'ol',
]);
const HEADING = /^h([1-6])$/;

type Node = DefaultTreeAdapterTypes.Node;
type Element = DefaultTreeAdapterTypes.Element;

export async function htmlChunks(text: string, title: string): Promise<Chunk[]> {
  const { parse } = await import('parse5');
  const gathered = new Gathering(title);
  // A list instead of recursion: documents may be nested as deep as somebody likes.
  const open: (Node | { readonly close: string })[] = [parse(text, { sourceCodeLocationInfo: true })];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('close' in node) gathered.endBlock(node.close);
    else if (node.nodeName === '#text')
      gathered.say((node as DefaultTreeAdapterTypes.TextNode).value, lineOf(node));
    else if ('childNodes' in node && !isUnseen(node)) {
      gathered.startBlock(node.nodeName, lineOf(node));
      open.push({ close: node.nodeName });
      // One by one: there may be more of them than a call takes arguments.
      for (let index = node.childNodes.length - 1; index >= 0; index -= 1)
        open.push(node.childNodes[index] as Node);
    }
  }
  return gathered.finish();
}

function isUnseen(node: Node): boolean {
  const { attrs = [] } = node as Partial<Element>;
  return (
    UNSEEN.has(node.nodeName) ||
    attrs.some(({ name, value }) => name === 'hidden' || (name === 'aria-hidden' && value === 'true'))
  );
}

function lineOf(node: Node): number {
  return (node as Partial<Element>).sourceCodeLocation?.startLine ?? 1;
}

/** Words as they are read, cut at headings. */
class Gathering {
  readonly #title: string;
  readonly #chunks: Chunk[] = [];
  readonly #path: string[] = [];
  #words = '';
  #heading: { readonly depth: number; text: string } | undefined;
  #line = 1;
  #endLine = 1;

  constructor(title: string) {
    this.#title = title;
  }

  startBlock(name: string, line: number): void {
    const depth = HEADING.exec(name)?.[1];
    if (depth !== undefined) {
      this.#close();
      this.#heading = { depth: Number(depth), text: '' };
      this.#line = line;
    } else if (BLOCKS.has(name)) this.#words += '\n';
  }

  endBlock(name: string): void {
    if (HEADING.test(name) && this.#heading !== undefined) {
      const { depth, text } = this.#heading;
      this.#path.length = depth - 1;
      this.#path[depth - 1] = tidy(text);
      this.#heading = undefined;
    } else if (BLOCKS.has(name)) this.#words += '\n';
  }

  say(text: string, line: number): void {
    if (this.#heading !== undefined) this.#heading.text += text;
    else {
      if (this.#words.trim() === '') this.#line = Math.max(this.#line, line);
      this.#words += text;
      this.#endLine = Math.max(this.#line, line + text.split('\n').length - 1);
      if (this.#words.length > MAX_CHUNK_LENGTH) this.#close();
    }
  }

  finish(): Chunk[] {
    this.#close();
    return this.#chunks;
  }

  #close(): void {
    const content = this.#words
      .split('\n')
      .map(tidy)
      .filter((part) => part !== '')
      .join('\n');
    if (content !== '') {
      const name = this.#path.filter((part) => part !== undefined && part !== '').join(' › ') || this.#title;
      const lines = { line: this.#line, endLine: Math.max(this.#line, this.#endLine) };
      for (const piece of cutText(content))
        if (piece.trim() !== '') this.#chunks.push({ title: name, content: piece, ...lines });
    }
    this.#words = '';
    this.#line = this.#endLine;
  }
}

function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
