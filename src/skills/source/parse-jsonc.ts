/** Reads JSON that may hold comments and trailing commas, such as `tsconfig.json`. Gives undefined when it is broken. */
import { isPlainObject } from '../../shared/json.ts';

export function parseJsonc(text: string): Record<string, unknown> | undefined {
  const plain = text.replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(plain);
    return isPlainObject(value) ? value : undefined;
  } catch {
    // Not strict JSON: once more without comments and trailing commas.
  }
  try {
    const value: unknown = JSON.parse(withoutComments(plain));
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function withoutComments(text: string): string {
  let out = '';
  let index = 0;
  while (index < text.length) {
    const character = text[index] as string;
    const pair = text.slice(index, index + 2);
    if (character === '"') {
      const end = endOfString(text, index);
      out += text.slice(index, end);
      index = end;
    } else if (pair === '//') {
      const end = text.indexOf('\n', index);
      index = end < 0 ? text.length : end;
    } else if (pair === '/*') {
      const end = text.indexOf('*/', index + 2);
      index = end < 0 ? text.length : end + 2;
    } else if (character === ',' && isTrailing(text, index + 1)) index += 1;
    else {
      out += character;
      index += 1;
    }
  }
  return out;
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return text.length;
}

/** True when only space and comments stand between here and a closing bracket. */
function isTrailing(text: string, start: number): boolean {
  let index = start;
  while (index < text.length) {
    const pair = text.slice(index, index + 2);
    if (pair === '//' || pair === '/*') {
      const end = pair === '//' ? text.indexOf('\n', index) : text.indexOf('*/', index + 2);
      if (end < 0) return false;
      index = end + (pair === '//' ? 1 : 2);
    } else if (/\s/.test(text[index] as string)) index += 1;
    else return text[index] === '}' || text[index] === ']';
  }
  return false;
}
