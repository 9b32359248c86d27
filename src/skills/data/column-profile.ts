/** What a column holds: its type, how much is missing, how many different values, and values that do not fit. */
import { type CellValue, lineOf, type Table } from './table.ts';

export type ColumnType = 'empty' | 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'nested' | 'mixed';

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  readonly nulls: number;
  /** Counted up to 10,000. */
  readonly distinct: number;
  readonly min: string | number | null;
  readonly max: string | number | null;
  /** At most three, masked when the column is personal. */
  readonly examples: readonly string[];
  readonly isPersonal: boolean;
}

/** A value of another type than nearly all the others of its column. */
export interface Stray {
  readonly line: number;
  readonly column: string;
  readonly expected: string;
  readonly found: string;
}

/** What a single value can be. */
export type ValueType = Exclude<ColumnType, 'empty' | 'mixed'>;

const MAX_DISTINCT = 10_000;
const FEWEST_VALUES = 10;
const USUAL_SHARE = 0.9;
const NULLS = new Set([
  '',
  '-',
  '--',
  '?',
  'na',
  'n/a',
  '#n/a',
  'nan',
  'null',
  'none',
  'nil',
  'unknown',
  'tbd',
  '\\n',
  'missing',
  'inf',
  '-inf',
]);
/** Numbers that are names: an odd one out among them is no fault. */
const NUMERIC_NAMES =
  /code|zip|post|phone|fax|mobile|sku|version|ref|number|(?:^|[^a-z])no(?:$|[^a-z])|isbn|ean|part|serial|house|unit|apartment|label|tag|grade|size|answer|setting/i;
const PERSONAL_NAMES =
  /e-?mail|phone|mobile|telephone|(?:first|last|full|sur|given|family|maiden|user|customer|contact|person|employee|patient)[ _-]?name|address|street|ssn|social[ _-]?security|iban|passport|birth|(?:^|[^a-z])dob(?:$|[^a-z])|(?:^|[^a-z])ip(?:$|[^a-z])|card[ _-]?(?:number|no)|password|secret|token|salary/i;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@.]{2,24}$/;

/** Profiles one column and collects its strays. */
export function profileColumn(
  table: Table,
  index: number,
): { readonly profile: ColumnProfile; readonly strays: readonly Stray[] } {
  const name = table.columns[index] ?? '';
  const isText = table.format === 'delimited';
  const counts = new Map<ValueType, number>();
  const distinct = new Set<string>();
  const examples: string[] = [];
  let nulls = 0;
  let emails = 0;
  let filled = 0;
  const numbers = { min: Infinity, max: -Infinity };
  const dates: { min: string | undefined; max: string | undefined } = { min: undefined, max: undefined };
  for (const row of table.rows) {
    const value = row.values[index];
    if (isNull(value, isText)) {
      nulls += 1;
      continue;
    }
    filled += 1;
    const type = typeOf(value, isText);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    const text = typeof value === 'object' ? value.nested : String(value);
    if (distinct.size < MAX_DISTINCT) distinct.add(text);
    if (EMAIL.test(text)) emails += 1;
    if (examples.length < 3 && !examples.includes(text)) examples.push(text);
    if (type === 'integer' || type === 'number') {
      numbers.min = Math.min(numbers.min, Number(text));
      numbers.max = Math.max(numbers.max, Number(text));
    } else if (type === 'date') {
      if (dates.min === undefined || text < dates.min) dates.min = text;
      if (dates.max === undefined || text > dates.max) dates.max = text;
    }
  }
  const { type, usual } = columnType(counts, filled);
  const isPersonal = PERSONAL_NAMES.test(name) || (filled > 0 && emails / filled >= 0.5);
  const isNumeric = (type === 'integer' || type === 'number') && numbers.min <= numbers.max;
  const shows = !isPersonal;
  const profile: ColumnProfile = {
    name,
    type,
    nulls,
    distinct: distinct.size,
    min: shows && isNumeric ? numbers.min : shows && type === 'date' ? (dates.min ?? null) : null,
    max: shows && isNumeric ? numbers.max : shows && type === 'date' ? (dates.max ?? null) : null,
    examples: examples.map((text) => (isPersonal ? `${text.slice(0, 1)}***` : text.slice(0, 60))),
    isPersonal,
  };
  const strays = usual === undefined || filled < FEWEST_VALUES ? [] : straysOf(table, index, usual, isText);
  return { profile, strays };
}

function straysOf(table: Table, index: number, usual: ValueType, isText: boolean): readonly Stray[] {
  const column = table.columns[index] ?? '';
  // In delimited text everything may stand in a text column, and numbers that are names vary freely.
  if (usual === 'nested' || (isText && (usual === 'text' || NUMERIC_NAMES.test(column)))) return [];
  return table.rows.flatMap((row) => {
    const value = row.values[index];
    if (isNull(value, isText)) return [];
    const type = typeOf(value, isText);
    if (type === 'nested' || isSame(type, usual, isText)) return [];
    return [
      { line: lineOf(row, index), column, expected: familyOf(usual, isText), found: familyOf(type, isText) },
    ];
  });
}

/** The type that at least 90 % of the values have (`usual` only when some do not), or `mixed`. */
function columnType(
  counts: ReadonlyMap<ValueType, number>,
  filled: number,
): { type: ColumnType; usual?: ValueType } {
  if (filled === 0) return { type: 'empty' };
  const merged = new Map(counts);
  const integers = merged.get('integer');
  const floats = merged.get('number');
  if (integers !== undefined && floats !== undefined) {
    merged.set('number', integers + floats);
    merged.delete('integer');
  }
  const [best, count] = [...merged].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (count === filled) return { type: best };
  return count / filled >= USUAL_SHARE ? { type: best, usual: best } : { type: 'mixed' };
}

/** Whether a cell holds nothing; in delimited text also words that stand for it. */
export function isNull(value: CellValue | undefined, isText: boolean): value is null | undefined {
  if (value === undefined || value === null) return true;
  return isText && NULLS.has(String(value).trim().toLowerCase());
}

/** What one value is; in delimited text numbers and booleans are read out of the text. */
export function typeOf(value: CellValue | undefined, isText: boolean): ValueType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'string') return 'nested';
  const text = value.trim();
  if (isText) {
    if (/^[-+]?\d{1,30}$/.test(text)) return 'integer';
    if (/^[-+]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:e[-+]?\d{1,4})?$/i.test(text)) return 'number';
    if (/^(?:true|false)$/i.test(text)) return 'boolean';
  }
  return isDate(text) ? 'date' : 'text';
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d:?\d\d)?)?$/.exec(
    text,
  );
  if (parts !== null)
    return Number(parts[2]) >= 1 && Number(parts[2]) <= 12 && Number(parts[3]) >= 1 && Number(parts[3]) <= 31;
  return /^\d{1,2}[/.]\d{1,2}[/.]\d{4}$/.test(text);
}

/** JSON has no dates: there, only number, boolean and string differ. */
function familyOf(type: ValueType, isText: boolean): string {
  if (type === 'integer' || type === 'number') return 'number';
  return !isText && (type === 'date' || type === 'text') ? 'string' : type;
}

function isSame(type: ValueType, usual: ValueType, isText: boolean): boolean {
  return familyOf(type, isText) === familyOf(usual, isText);
}
