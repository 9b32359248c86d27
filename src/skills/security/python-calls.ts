/** Calls in Python lines: what is called, with which arguments, and whether an argument is fixed. */
import type { PythonLine, PythonToken } from '../kit/python-lines.ts';

export interface PythonCall {
  /** `subprocess.run`, `eval`; `?.execute` when called on something other than a name. */
  readonly name: string;
  readonly line: number;
  readonly positional: readonly (readonly PythonToken[])[];
  readonly keywords: ReadonlyMap<string, readonly PythonToken[]>;
}

/** Arguments are copied once for each call around them: calls in deeper brackets than anyone writes are passed over. */
const MAX_NESTING = 50;

/** Calls of a logical line, outer ones first, one at a time. Definitions are no calls. */
export function* pythonCalls({ tokens }: PythonLine): Generator<PythonCall> {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'operator') {
      if ('([{'.includes(token.text)) depth += 1;
      else if (')]}'.includes(token.text)) depth = Math.max(0, depth - 1);
    }
    const next = tokens[index + 1];
    if (token.type !== 'name' || next?.text !== '(' || next.type !== 'operator') continue;
    const before = tokens[index - 1]?.text;
    if (before === 'def' || before === 'class' || depth >= MAX_NESTING) continue;
    yield { name: dottedName(tokens, index), line: token.line, ...argumentsFrom(tokens, index + 2) };
  }
}

function dottedName(tokens: readonly PythonToken[], end: number): string {
  const parts = [tokens[end]?.text ?? ''];
  let index = end;
  while (tokens[index - 1]?.text === '.') {
    const owner = tokens[index - 2];
    if (owner?.type !== 'name') {
      parts.unshift('?');
      break;
    }
    parts.unshift(owner.text);
    index -= 2;
  }
  return parts.join('.');
}

function argumentsFrom(
  tokens: readonly PythonToken[],
  start: number,
): Pick<PythonCall, 'positional' | 'keywords'> {
  const positional: (readonly PythonToken[])[] = [];
  const keywords = new Map<string, readonly PythonToken[]>();
  let current: PythonToken[] = [];
  let depth = 0;
  const close = (): void => {
    const [name, equals] = current;
    if (name?.type === 'name' && equals?.type === 'operator' && equals.text === '=')
      keywords.set(name.text, current.slice(2));
    else if (current.length > 0) positional.push(current);
    current = [];
  };
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index] as PythonToken;
    if (token.type === 'operator') {
      if ('([{'.includes(token.text)) depth += 1;
      else if (')]}'.includes(token.text)) {
        if (depth === 0) break;
        depth -= 1;
      } else if (token.text === ',' && depth === 0) {
        close();
        continue;
      }
    }
    current.push(token);
  }
  close();
  return { positional, keywords };
}

/** What names of a function (or the module) were last set to. */
export type PythonNames = Pick<ReadonlyMap<string, readonly PythonToken[]>, 'get'>;

/** Characters that one question about a value may read, over all names it leads to. */
const MAX_READ = 20_000;
const MAX_HOLE = 500;

/** One question: what it may still read, and what it knows of a name at a depth. Without it names of names multiply. */
interface Look {
  left: number;
  readonly known: Map<string, boolean>;
}

const newLook = (): Look => ({ left: MAX_READ, known: new Map() });

/** False when the question has read all it may. */
function takes(look: Look, tokens: readonly PythonToken[]): boolean {
  for (const { text } of tokens) {
    look.left -= text.length + 1;
    if (look.left < 0) return false;
  }
  return true;
}

function remembered(look: Look, name: string, depth: number, find: () => boolean): boolean {
  const key = `${depth} ${name}`;
  const known = look.known.get(key);
  if (known !== undefined) return known;
  const found = find();
  look.known.set(key, found);
  return found;
}

/** True when a value can't come from outside: literals, constants in capitals, names set to such, lists of placeholders. */
export function isFixed(
  tokens: readonly PythonToken[],
  names: PythonNames,
  depth = 0,
  look: Look = newLook(),
): boolean {
  if (depth > 5 || !takes(look, tokens)) return false;
  if (isPlaceholderList(tokens)) return true;
  return withoutNumbers(tokens).every((token, index, all) => {
    if (token.type === 'number') return true;
    if (token.type === 'operator') return token.text !== '@';
    if (token.type === 'string')
      return (
        !token.prefix?.includes('f') ||
        holesOf(token.text).every((hole) => isFixedHole(hole, names, depth, look))
      );
    if (all[index - 1]?.text === '.') return /^(?:join|format|strip|lower|upper|replace)$/.test(token.text);
    if (/^(?:None|True|False|and|or|not|if|else|in|is|str|tuple|list|range|sorted)$/.test(token.text))
      return true;
    return isFixedName(token.text, names, depth, look);
  });
}

const REQUEST =
  /(?<![\w.])(?:self\.)?(?:flask\.)?request\.(?:args|form|values|files|json|data|GET|POST|query_params|path_params|view_args|match_info|headers|cookies|query|params|get_json|get_data|body|stream)\b/;
const MADE_SAFE = /\b(?:secure_filename|basename|safe_join|int|float|bool|len|UUID)\(/;

/** True when a part of the value is what a request holds, as it came: Flask, Django, FastAPI, aiohttp. */
export function comesFromRequest(
  tokens: readonly PythonToken[],
  names: PythonNames,
  depth = 0,
  look: Look = newLook(),
): boolean {
  if (depth > 5 || !takes(look, tokens)) return false;
  const text = tokens
    .map((token) =>
      token.type !== 'string'
        ? token.text
        : token.prefix?.includes('f') === true
          ? holesOf(token.text).join(' ')
          : '""',
    )
    .join('')
    .slice(0, 5_000);
  if (MADE_SAFE.test(text)) return false;
  if (REQUEST.test(text)) return true;
  const words = tokens.flatMap((token, index) => {
    if (token.type === 'string')
      return token.prefix?.includes('f') === true ? holesOf(token.text).map((hole) => hole.trim()) : [];
    return token.type === 'name' && tokens[index - 1]?.text !== '.' ? [token.text] : [];
  });
  return words.some((word) => {
    const value = names.get(word);
    return (
      value !== undefined &&
      remembered(look, word, depth, () => comesFromRequest(value, names, depth + 1, look))
    );
  });
}

/** Leaves out `int(…)`, `len(…)` and their like with all inside: numbers carry no attack. */
function withoutNumbers(tokens: readonly PythonToken[]): PythonToken[] {
  const kept: PythonToken[] = [];
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] as PythonToken;
    if (
      token.type !== 'name' ||
      !/^(?:int|float|len|bool)$/.test(token.text) ||
      tokens[index + 1]?.text !== '('
    ) {
      kept.push(token);
      continue;
    }
    let depth = 0;
    do {
      index += 1;
      const text = tokens[index]?.text;
      if (text === '(') depth += 1;
      else if (text === ')') depth -= 1;
    } while (depth > 0 && index < tokens.length);
  }
  return kept;
}

function isFixedName(name: string, names: PythonNames, depth: number, look: Look): boolean {
  if (/^_?[A-Z][A-Z0-9_]*$/.test(name)) return true;
  const value = names.get(name);
  if (value === undefined || value.length === 0) return false;
  return remembered(look, name, depth, () => isFixed(value, names, depth + 1, look));
}

function isFixedHole(hole: string, names: PythonNames, depth: number, look: Look): boolean {
  if (hole.length > MAX_HOLE) return false;
  const expression = hole.replace(/[!:][^'"]*$/, '').trim();
  if (/^(?:int|float|len)\(/.test(expression) || /^[\d\s+*-]*$/.test(expression)) return true;
  if (/\.join\(\s*(?:\[?\s*)?["'](?:\?|%s)["']/.test(expression)) return true;
  const name = /^(?:self\.|cls\.|settings\.)?([A-Za-z_]\w*)$/.exec(expression)?.[1];
  return name !== undefined && isFixedName(name, names, depth, look);
}

/** `','.join('?' * len(ids))` and `", ".join(["%s"] * n)`. */
function isPlaceholderList(tokens: readonly PythonToken[]): boolean {
  return (
    tokens[0]?.type === 'string' &&
    tokens[2]?.text === 'join' &&
    tokens.some(({ type, text }) => type === 'string' && /^(?:\?|%s)$/.test(text))
  );
}

/** What stands between the braces of an f-string. */
function holesOf(text: string): string[] {
  const holes: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '{') {
      if (depth === 0 && text[index + 1] === '{') index += 1;
      else {
        if (depth === 0) start = index + 1;
        depth += 1;
      }
    } else if (text[index] === '}' && depth > 0) {
      depth -= 1;
      if (depth === 0) holes.push(text.slice(start, index));
    }
  }
  return holes;
}
