/** Cuts Python source into logical lines of tokens. A lexer alone: enough to see calls, literals and names, and linear in time. */

export interface PythonToken {
  readonly type: 'name' | 'number' | 'string' | 'operator';
  /** The text; for a string what is between its quotes. */
  readonly text: string;
  readonly line: number;
  /** For a string: its prefix in lower case, such as `f` or `rb`. */
  readonly prefix?: string;
}

/** A statement, or the head of a compound one; brackets and backslashes join physical lines. */
export interface PythonLine {
  readonly indent: number;
  readonly line: number;
  readonly tokens: readonly PythonToken[];
}

const MAX_TEXT = 1_000_000;
const WORD = /[\p{L}\p{N}_]+/uy;
const NUMBER = /\d[\w.]*/y;
const PREFIX = /^(?:[rbfut]|br|rb|fr|rf|tr|rt)$/i;
const OPERATOR = /\*\*=?|\/\/=?|->|:=|[=!<>+\-*/%&|^]=|<<|>>|\.\.\.|./sy;

/** The logical lines of a text. Comments and blank lines give none. */
export function pythonLines(source: string): PythonLine[] {
  const text = source.slice(0, MAX_TEXT);
  const lines: PythonLine[] = [];
  let tokens: PythonToken[] = [];
  let line = 1;
  let depth = 0;
  let index = 0;
  let indent = 0;
  let isLineStart = true;
  const close = (): void => {
    if (tokens.length > 0) lines.push({ indent, line: tokens[0]?.line ?? line, tokens });
    tokens = [];
    isLineStart = true;
    indent = 0;
  };
  while (index < text.length) {
    const character = text[index] as string;
    if (character === '\n') {
      line += 1;
      index += 1;
      if (depth === 0) close();
    } else if (character === '\\' && (text[index + 1] === '\n' || text.startsWith('\r\n', index + 1))) {
      index += text[index + 1] === '\n' ? 2 : 3;
      line += 1;
    } else if (character === ' ' || character === '\t' || character === '\r' || character === '\f') {
      if (isLineStart && depth === 0 && tokens.length === 0)
        indent += character === '\t' ? 8 : character === ' ' ? 1 : 0;
      index += 1;
    } else if (character === '#') {
      const end = text.indexOf('\n', index);
      index = end < 0 ? text.length : end;
    } else {
      isLineStart = false;
      const token = readToken(text, index, line);
      index = token.end;
      tokens.push(token.token);
      line += token.newlines;
      if (token.token.type === 'operator') {
        if ('([{'.includes(token.token.text)) depth += 1;
        else if (')]}'.includes(token.token.text)) depth = Math.max(0, depth - 1);
        else if (token.token.text === ';' && depth === 0) {
          tokens.pop();
          const kept = indent;
          close();
          indent = kept;
          isLineStart = false;
        }
      }
    }
  }
  close();
  return lines;
}

interface Read {
  readonly token: PythonToken;
  readonly end: number;
  readonly newlines: number;
}

function readToken(text: string, start: number, line: number): Read {
  const word = matchAt(WORD, text, start);
  if (word !== undefined && !/^\d/.test(word)) {
    const quote = text[start + word.length];
    if ((quote === '"' || quote === "'") && PREFIX.test(word))
      return readString(text, start + word.length, line, word.toLowerCase());
    return { token: { type: 'name', text: word, line }, end: start + word.length, newlines: 0 };
  }
  if (text[start] === '"' || text[start] === "'") return readString(text, start, line, '');
  const number = matchAt(NUMBER, text, start);
  if (number !== undefined)
    return { token: { type: 'number', text: number, line }, end: start + number.length, newlines: 0 };
  const operator = matchAt(OPERATOR, text, start) ?? (text[start] as string);
  return { token: { type: 'operator', text: operator, line }, end: start + operator.length, newlines: 0 };
}

function matchAt(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0];
}

function readString(text: string, start: number, line: number, prefix: string): Read {
  const single = text[start] as string;
  const quote = text.startsWith(single.repeat(3), start) ? single.repeat(3) : single;
  let index = start + quote.length;
  let newlines = 0;
  while (index < text.length && !text.startsWith(quote, index)) {
    if (text[index] === '\\') index += 1;
    if (text[index] === '\n') {
      // A quote that is never closed ends with its line.
      if (quote.length === 1 && text[index - 1] !== '\\') break;
      newlines += 1;
    }
    index += 1;
  }
  const body = text.slice(start + quote.length, Math.min(index, text.length));
  const isClosed = text.startsWith(quote, index);
  return {
    token: { type: 'string', text: body, line, prefix },
    end: Math.min(text.length, isClosed ? index + quote.length : index),
    newlines,
  };
}
