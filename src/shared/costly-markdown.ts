/** Tells Markdown that would keep a parser busy for minutes: marks that may open or close are matched pair by pair. */

/** Marks of one block; what people write has hundreds at most. The parser's time grows with the square of them. */
const MAX_MARKS = 6000;
/** Begins a block of its own: a list's item or a heading. */
const BLOCK_START = /^\s{0,20}(?:[-+*]|\d{1,9}[.)]|#{1,6})\s/;
const MARKS = /[*_`[\]~<]/g;

/** True when a block holds more marks for emphasis, code, links or strikes than anybody writes. Linear in the text. */
export function isCostlyMarkdown(text: string): boolean {
  let marks = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '' || BLOCK_START.test(line)) marks = 0;
    marks += line.match(MARKS)?.length ?? 0;
    if (marks > MAX_MARKS) return true;
  }
  return false;
}
