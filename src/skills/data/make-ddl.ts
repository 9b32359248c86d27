/** Writes SQLite table definitions and the statements that put rows into them, every name and value quoted. */
import type { ForeignKey } from './foreign-keys.ts';
import type { ColumnFacts, TableFacts } from './table-facts.ts';

/** A reference goes into the schema when nearly all of its values are there: the few others are rejected and counted. */
const FOREIGN_KEY_CONTAINMENT = 0.9;

export interface TableDefinition {
  readonly facts: TableFacts;
  readonly sql: string;
  readonly foreignKeys: readonly ForeignKey[];
}

/** Definitions such that each table comes after those it refers to; a reference that would close a circle is left out. */
export function makeDdl(
  tables: readonly TableFacts[],
  keys: readonly ForeignKey[],
): readonly TableDefinition[] {
  const usable = keys.filter((key) => {
    const target = tables.find(({ name }) => name === key.targetTable);
    const primary = target?.keys.find(({ isPrimary }) => isPrimary);
    return (
      key.isNamed &&
      key.containment >= FOREIGN_KEY_CONTAINMENT &&
      primary?.columns.length === 1 &&
      primary.columns[0] === key.targetColumn
    );
  });
  const byName = new Map(tables.map((table) => [table.name, table]));
  const done: TableDefinition[] = [];
  const states = new Map<string, 'open' | 'done'>();
  const define = (facts: TableFacts): void => {
    if (states.has(facts.name)) return;
    states.set(facts.name, 'open');
    const own: ForeignKey[] = [];
    for (const key of usable.filter(({ table }) => table === facts.name)) {
      const target = byName.get(key.targetTable);
      if (target === undefined) continue;
      define(target);
      if (states.get(key.targetTable) === 'done') own.push(key);
    }
    states.set(facts.name, 'done');
    done.push({ facts, foreignKeys: own, sql: createTable(facts, own) });
  };
  for (const table of tables) define(table);
  return done;
}

function createTable({ name, columns, keys }: TableFacts, foreignKeys: readonly ForeignKey[]): string {
  const primary = keys.find(({ isPrimary }) => isPrimary);
  const lines = columns.map(({ profile, sqlType }) => {
    const column = quoteName(profile.name);
    const isRequired = profile.nulls === 0 ? ' NOT NULL' : '';
    const check = profile.type === 'boolean' ? ` CHECK (${column} IN (0, 1))` : '';
    return `  ${column} ${sqlType}${isRequired}${check}`;
  });
  if (primary !== undefined) lines.push(`  PRIMARY KEY (${primary.columns.map(quoteName).join(', ')})`);
  for (const { column, targetTable, targetColumn } of foreignKeys)
    lines.push(
      `  FOREIGN KEY (${quoteName(column)}) REFERENCES ${quoteName(targetTable)} (${quoteName(targetColumn)})`,
    );
  // STRICT: a value of another type is rejected instead of stored as it is.
  return `CREATE TABLE ${quoteName(name)} (\n${lines.join(',\n')}\n) STRICT`;
}

/** The statement that inserts one row. */
export function insertRow({ name, columns }: TableFacts, row: number): string {
  const values = columns.map((column) => literal(column, column.texts[row] ?? null));
  return `INSERT INTO ${quoteName(name)} VALUES (${values.join(', ')})`;
}

function quoteName(name: string): string {
  return `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

function literal({ sqlType, profile }: ColumnFacts, text: string | null): string {
  if (text === null) return 'NULL';
  if (profile.type === 'boolean' && /^(?:true|false)$/i.test(text))
    return text.toLowerCase() === 'true' ? '1' : '0';
  const isNumber =
    (sqlType === 'INTEGER' && /^[-+]?\d{1,18}$/.test(text)) ||
    (sqlType === 'REAL' && /^[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:e[-+]?\d{1,4})?$/i.test(text));
  if (isNumber) return text;
  // A statement ends at a NUL; as bytes it goes in whole.
  return text.includes('\0')
    ? `CAST(X'${Buffer.from(text).toString('hex')}' AS TEXT)`
    : `'${text.replaceAll("'", "''")}'`;
}
