/** The comments of a file, line by line, for most languages; strings that look like comments are none. */
import type { TextFile } from '../../contracts/workspace.ts';

/** The part of a line that is comment. */
export interface CommentLine {
  readonly line: number;
  readonly text: string;
}

interface Syntax {
  /** What starts a comment that ends with the line. */
  readonly line: readonly string[];
  readonly block: readonly (readonly [open: string, close: string])[];
  /** Quotes of strings; those in `long` may go over lines. */
  readonly quotes: readonly string[];
  readonly long: readonly string[];
  /** True when a line comment needs white space or a line start before it, as `#` in shell and YAML. */
  readonly needsSpace?: boolean;
}

const C_BLOCK = [['/*', '*/']] as const;
const C: Syntax = { line: ['//'], block: C_BLOCK, quotes: ['"'], long: ['`'] };
const HASH: Syntax = { line: ['#'], block: [], quotes: ['"', "'"], long: [], needsSpace: true };
const MARKUP: Syntax = { line: [], block: [['<!--', '-->']], quotes: [], long: [] };
const SYNTAXES: readonly (readonly [RegExp, Syntax])[] = [
  [/\.(?:java|go|c|cc|cpp|cxx|h|hpp|cs|kt|kts|scala|dart|swift|php|groovy|proto|rs|zig)$/i, C],
  [/\.(?:[mc]?[jt]sx?)$/i, { line: ['//'], block: C_BLOCK, quotes: ['"', "'"], long: ['`'] }],
  [/\.py$/i, { line: ['#'], block: [], quotes: ['"', "'"], long: ['"""', "'''"] }],
  [
    /\.(?:rb|sh|bash|zsh|ya?ml|toml|tf|exs?|r|pl|ps1|mk)$|(?:^|\/)(?:Makefile|Dockerfile|Gemfile|Rakefile|justfile)[^/]*$/i,
    HASH,
  ],
  [/\.(?:sql|lua|hs)$/i, { line: ['--'], block: C_BLOCK, quotes: ["'", '"'], long: [] }],
  [/\.(?:css|scss|less)$/i, { line: [], block: C_BLOCK, quotes: ['"', "'"], long: [] }],
  [/\.(?:html?|xml|vue|svelte|astro)$/i, MARKUP],
];

/** Comments by the language's lexical rules. Empty for a language that is not known. */
export function commentLines(file: TextFile): readonly CommentLine[] {
  const syntax = SYNTAXES.find(([pattern]) => pattern.test(file.path))?.[1];
  if (syntax === undefined) return [];
  const found: CommentLine[] = [];
  let until: string | undefined;
  let isComment = false;
  for (const [index, text] of file.lines.entries()) {
    let at = 0;
    if (text.length > 5_000) continue;
    while (at < text.length) {
      if (until !== undefined) {
        const end = text.indexOf(until, at);
        const stop = end === -1 ? text.length : end;
        if (isComment && stop > at) found.push({ line: index + 1, text: text.slice(at, stop) });
        if (end === -1) break;
        at = end + until.length;
        until = undefined;
        continue;
      }
      const rest = opensAt(text, at, syntax);
      if (rest === undefined) {
        at += 1;
      } else if (rest.kind === 'line') {
        found.push({ line: index + 1, text: text.slice(at + rest.open.length) });
        break;
      } else if (rest.kind === 'string') {
        at = endOfString(text, at + 1, rest.open);
      } else {
        until = rest.close;
        isComment = rest.kind === 'block';
        at += rest.open.length;
      }
    }
  }
  return found;
}

type Opening =
  | { readonly kind: 'line'; readonly open: string }
  | { readonly kind: 'string'; readonly open: string }
  | { readonly kind: 'block'; readonly open: string; readonly close: string }
  | { readonly kind: 'long'; readonly open: string; readonly close: string };

function opensAt(text: string, at: number, syntax: Syntax): Opening | undefined {
  for (const [open, close] of syntax.block)
    if (text.startsWith(open, at)) return { kind: 'block', open, close };
  for (const open of syntax.long) if (text.startsWith(open, at)) return { kind: 'long', open, close: open };
  for (const open of syntax.quotes) if (text.startsWith(open, at)) return { kind: 'string', open };
  for (const open of syntax.line) {
    if (!text.startsWith(open, at)) continue;
    // `http://…` outside a string, as in a regular expression or bare text, starts no comment.
    const before = text[at - 1] ?? ' ';
    if (open === '//' ? before === ':' || before === '\\' : syntax.needsSpace === true && !/\s/.test(before))
      continue;
    return { kind: 'line', open };
  }
  return undefined;
}

function endOfString(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at + 1;
  }
  // An apostrophe in a text: what follows may still hold a comment.
  return from;
}
