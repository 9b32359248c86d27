/** Cuts a long text so that its beginning and its end stay, and says what is missing. */
import { digestOf } from './json.ts';

/** A text, or what is left of it. */
export interface BoundText {
  readonly text: string;
  /** SHA-256 of the whole text. */
  readonly digest: string;
  /** Characters of the whole text. */
  readonly length: number;
  readonly isCut: boolean;
}

/** A share of what is shown is kept for the end, where programs say how it went. */
const TAIL_SHARE = 0.25;

/** Head and tail of a text that is longer than `most` characters, with how much was left out and the digest of the whole. */
export function boundText(text: string, most: number): BoundText {
  const digest = digestOf(text);
  if (text.length <= most) return { text, digest, length: text.length, isCut: false };
  const tail = Math.floor(most * TAIL_SHARE);
  const head = whole(text.slice(0, most - tail));
  const end = whole(text.slice(text.length - tail));
  const left = text.length - head.length - end.length;
  return {
    text: `${head}\n[… ${left} of ${text.length} characters are left out here; the whole is ${digest} …]\n${end}`,
    digest,
    length: text.length,
    isCut: true,
  };
}

/** Half of a surrogate pair is no character. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]/, '').replace(/[\uD800-\uDBFF]$/, '');
}
