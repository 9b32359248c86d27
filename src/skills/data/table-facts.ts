/** What the rows of a table measure out to: keys, columns with few values, numbers far from the others. */
import { type ColumnProfile, isNull, profileColumn, typeOf } from './column-profile.ts';
import { type CellValue, lineOf, type Table } from './table.ts';

export type SqlType = 'INTEGER' | 'REAL' | 'TEXT';

export interface ColumnFacts {
  readonly profile: ColumnProfile;
  readonly sqlType: SqlType;
  /** By row; null where nothing stands. */
  readonly texts: readonly (string | null)[];
  readonly distinct: ReadonlySet<string>;
}

export interface CandidateKey {
  readonly columns: readonly string[];
  /** Different keys over rows; 1 is a key. */
  readonly uniqueness: number;
  /** True for the one that the schema takes. */
  readonly isPrimary: boolean;
}

export interface TableFacts {
  readonly table: Table;
  /** Unique in the workspace, fit for SQL: letters, digits and `_`. */
  readonly name: string;
  readonly columns: readonly ColumnFacts[];
  readonly keys: readonly CandidateKey[];
}

export interface Outliers {
  readonly column: string;
  readonly q1: number;
  readonly q3: number;
  /** Values beyond 1.5 times the distance between the quartiles; and beyond 3 times, which is suspicious. */
  readonly mild: number;
  readonly far: number;
  /** Lines of the first far ones. */
  readonly lines: readonly number[];
}

const MAX_PAIR_COLUMNS = 10;
const MAX_PAIR_ROWS = 5_000;
/** A column that is called an id and is unique but for a tenth was meant to be a key. */
const NEARLY_UNIQUE = 0.9;
const FEWEST_FOR_OUTLIERS = 12;
const FEWEST_FOR_ENUM = 10;
const MOST_ENUM_VALUES = 12;

/** Measures a table; `name` is what it is called in SQL. */
export function tableFacts(table: Table, name: string): TableFacts {
  const isText = table.format === 'delimited';
  const columns = table.columns.map((_name, index): ColumnFacts => {
    const { profile } = profileColumn(table, index);
    const texts = table.rows.map(({ values }) => textOf(values[index], isText));
    const distinct = new Set(texts.filter((text) => text !== null));
    return { profile, texts, distinct, sqlType: sqlTypeOf(profile, distinct) };
  });
  return { table, name, columns, keys: keysOf(columns, table.rows.length) };
}

/** `Order ID` and `orderId` become `order_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}

/** True for columns whose numbers or texts are names of things. */
export function isIdName(name: string): boolean {
  return /(?:^|_)(?:id|uuid|guid|key|code|sku|no|number|ref)$/.test(snakeCase(name));
}

/** Text columns with few values, each of which comes often. Personal ones are left out. */
export function enumsOf({
  columns,
}: TableFacts): { column: string; values: { value: string; rows: number }[] }[] {
  return columns.flatMap(({ profile, texts, distinct }) => {
    const filled = texts.length - profile.nulls;
    const fits =
      profile.type === 'text' &&
      !profile.isPersonal &&
      filled >= FEWEST_FOR_ENUM &&
      distinct.size >= 2 &&
      distinct.size <= MOST_ENUM_VALUES &&
      distinct.size / filled <= 0.25;
    if (!fits) return [];
    const counts = new Map<string, number>();
    for (const text of texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
    const values = [...counts]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .map(([value, rows]) => ({ value: value.slice(0, 60), rows }));
    return [{ column: profile.name, values }];
  });
}

/** Numeric columns with values beyond the fences of Tukey. Ids and personal columns are left out. */
export function outliersOf({ table, columns }: TableFacts): Outliers[] {
  return columns.flatMap(({ profile, texts }, index): Outliers[] => {
    if (
      (profile.type !== 'integer' && profile.type !== 'number') ||
      profile.isPersonal ||
      isIdName(profile.name)
    )
      return [];
    const numbers = texts.flatMap((text) =>
      text === null || !Number.isFinite(Number(text)) ? [] : Number(text),
    );
    if (numbers.length < FEWEST_FOR_OUTLIERS) return [];
    const sorted = [...numbers].sort((a, b) => a - b);
    const [q1, q3] = [quartile(sorted, 0.25), quartile(sorted, 0.75)];
    const range = q3 - q1;
    if (range <= 0) return [];
    const isBeyond = (value: number, times: number): boolean =>
      value < q1 - times * range || value > q3 + times * range;
    const mild = numbers.filter((value) => isBeyond(value, 1.5)).length;
    if (mild === 0) return [];
    const lines = table.rows.flatMap((row, at) => {
      const text = texts[at];
      return text !== null && text !== undefined && isBeyond(Number(text), 3) ? [lineOf(row, index)] : [];
    });
    return [{ column: profile.name, q1, q3, mild, far: lines.length, lines: lines.slice(0, 10) }];
  });
}

/** Linear interpolation between the nearest ranks. */
function quartile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

function textOf(value: CellValue | undefined, isText: boolean): string | null {
  if (isNull(value, isText)) return null;
  if (typeof value === 'object') return (value as { readonly nested: string }).nested;
  const text = typeof value === 'string' ? value : String(value);
  return typeOf(value, isText) === 'text' ? text : text.trim();
}

function sqlTypeOf({ type }: ColumnProfile, distinct: ReadonlySet<string>): SqlType {
  if (type === 'boolean') return 'INTEGER';
  if (type === 'number') return 'REAL';
  // Leading zeros and very long numbers are names: as numbers they would change.
  const isName = [...distinct].some((text) => /^[-+]?0\d|^[-+]?\d{19}/.test(text));
  return type === 'integer' && !isName ? 'INTEGER' : 'TEXT';
}

function keysOf(columns: readonly ColumnFacts[], rows: number): readonly CandidateKey[] {
  if (rows < 2) return [];
  const found: Omit<CandidateKey, 'isPrimary'>[] = [];
  const able = columns.filter(
    ({ profile, sqlType }) =>
      profile.nulls === 0 && sqlType !== 'REAL' && (profile.type === 'integer' || profile.type === 'text'),
  );
  for (const { profile, distinct } of able) {
    const uniqueness = distinct.size / rows;
    const isMeant = /^(?:id|uuid|guid)$/i.test(profile.name) && uniqueness >= NEARLY_UNIQUE;
    if (uniqueness === 1 || isMeant) found.push({ columns: [profile.name], uniqueness: round(uniqueness) });
  }
  if (found.length === 0 && rows <= MAX_PAIR_ROWS) found.push(...pairsOf(columns, rows));
  const primary =
    found.find(({ columns: own }) => /^(?:id|uuid|guid)$/i.test(own[0] ?? '') && own.length === 1) ??
    found.find(({ columns: own }) => own.every(isIdName)) ??
    // What is unique by chance, such as a title, is a key only where tables begin with theirs.
    found.find(({ columns: own }) => own[0] === columns[0]?.profile.name);
  return found.map((key) => ({ ...key, isPrimary: key === primary }));
}

function pairsOf(columns: readonly ColumnFacts[], rows: number): Omit<CandidateKey, 'isPrimary'>[] {
  const able = columns
    .filter(({ profile, sqlType }) => profile.nulls === 0 && sqlType !== 'REAL' && profile.type !== 'nested')
    .slice(0, MAX_PAIR_COLUMNS);
  const found: Omit<CandidateKey, 'isPrimary'>[] = [];
  for (const [index, one] of able.entries())
    for (const other of able.slice(index + 1)) {
      const pairs = new Set(one.texts.map((text, row) => `${text}\0${other.texts[row]}`));
      if (pairs.size === rows && found.length < 5)
        found.push({ columns: [one.profile.name, other.profile.name], uniqueness: 1 });
    }
  return found;
}

function round(value: number): number {
  return Math.floor(value * 10_000) / 10_000;
}
