/** The beginning of a call's input for those who watch: short, and without what looks like a secret. */
import { createRedactor } from '../../security/redact.ts';
import { isPlainObject } from '../../shared/json.ts';

/** Characters of a preview. */
const LONGEST = 200;
/** A longer text is told by its length alone: a cut one might show a piece of a secret that no shape fits any more. */
const LONGEST_TEXT = 100;
const MOST_MEMBERS = 8;
const DEEPEST = 3;

const { value: redact } = createRedactor();

/** JSON, cut at 200 characters. Empty for what JSON can't hold. */
export function previewInput(input: unknown): string {
  try {
    const text = JSON.stringify(redact(shortened(input, 0))) ?? '';
    return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  } catch {
    return '';
  }
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? `[${value.length} characters]` : value;
  if (Array.isArray(value)) {
    if (depth >= DEEPEST) return `[${value.length} items]`;
    const rest = value.length > MOST_MEMBERS ? [`[${value.length - MOST_MEMBERS} more]`] : [];
    return [...value.slice(0, MOST_MEMBERS).map((item) => shortened(item, depth + 1)), ...rest];
  }
  if (!isPlainObject(value)) return typeof value === 'object' && value !== null ? '[object]' : value;
  if (depth >= DEEPEST) return '[object]';
  const entries: [string, unknown][] = [];
  for (const key in value) {
    if (entries.length === MOST_MEMBERS) break;
    if (key.length <= LONGEST_TEXT) entries.push([key, shortened(value[key], depth + 1)]);
  }
  return Object.fromEntries(entries);
}
