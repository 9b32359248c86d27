/** Finds ids that stand for two records. */
import { lineOf, type Table } from './table.ts';

export interface DuplicateId {
  readonly column: string;
  readonly value: string;
  readonly line: number;
  readonly firstLine: number;
}

const ID_NAMES = new Set(['id', '_id', 'uuid', 'guid']);
/** Columns that, together with the id, make the key of a table of versions, translations or events. */
const PARTNER_NAMES =
  /^(?:locale|lang|language|version|revision|rev|type|kind|namespace|tenant|tenant_?id|date|day|time|timestamp|ts|year|month|created_?at|updated_?at|valid_?from|event|action|status|seq|sequence|line|step)$/i;

/**
 * Empty ids, an id column that is plainly no key (more than half of the rows repeat one), and ids that are unique
 * together with a language, version, type or time are not reported.
 */
export function duplicateIds(table: Table): readonly DuplicateId[] {
  const column = table.columns.findIndex((name) => ID_NAMES.has(name.trim().toLowerCase()));
  if (column === -1) return [];
  const first = new Map<string, number>();
  const found: DuplicateId[] = [];
  for (const row of table.rows) {
    const value = row.values[column];
    if (value === undefined || value === null || typeof value === 'object' || String(value).trim() === '')
      continue;
    const key = String(value).trim();
    const line = lineOf(row, column);
    const firstLine = first.get(key);
    if (firstLine === undefined) first.set(key, line);
    else found.push({ column: table.columns[column] ?? '', value: key, line, firstLine });
  }
  if (found.length === 0) return [];
  if (table.rows.length >= 6 && found.length > table.rows.length / 2) return [];
  const partners = table.columns.flatMap((name, index) => (PARTNER_NAMES.test(name.trim()) ? [index] : []));
  return partners.some((partner) => isUniqueWith(table, column, partner)) ? [] : found;
}

function isUniqueWith(table: Table, column: number, partner: number): boolean {
  const keys = new Set<string>();
  for (const { values } of table.rows) {
    const key = JSON.stringify([values[column] ?? null, values[partner] ?? null]);
    if (keys.has(key)) return false;
    keys.add(key);
  }
  return true;
}
