/** Runs DDL on an empty SQLite in memory, in a Node process of its own, and reads back what came of it. */
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import { checkedTableSchema, runDdlProcess } from './ddl-process.ts';

const TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 8 * 2 ** 20;

const answer = z.union([
  z.object({ isMissing: z.literal(true) }),
  z.object({
    /** By statement: null or what SQLite said. */
    errors: z.array(z.string().nullable()),
    tables: z.array(checkedTableSchema),
    version: z.string(),
  }),
]);

export type SqlCheckAnswer = Extract<z.infer<typeof answer>, { errors: unknown }>;

/**
 * The program, which gets the statements as JSON at the place of `STATEMENTS`. Extensions and further databases are not reachable.
 */
const PROGRAM = `
const statements = STATEMENTS;
let sqlite;
try { sqlite = await import('node:sqlite'); } catch { console.log('{"isMissing":true}'); process.exit(0); }
const database = new sqlite.DatabaseSync(':memory:', { allowExtension: false });
database.exec('PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA max_page_count = 65536');
const errors = statements.map((sql) => {
  try { database.prepare(sql).run(); return null; } catch (error) { return String(error.message); }
});
const quote = (name) => '"' + name.replaceAll('"', '""') + '"';
const all = (sql) => { try { return database.prepare(sql).all(); } catch { return []; } };
const tables = all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\\\_%' ESCAPE '\\\\' ORDER BY name").map(({ name }) => {
  const foreignKeys = new Map();
  for (const row of all('PRAGMA foreign_key_list(' + quote(name) + ')')) {
    const key = foreignKeys.get(row.id) ?? { target: row.table, columns: [], targetColumns: [] };
    key.columns[row.seq] = row.from;
    key.targetColumns[row.seq] = row.to ?? null;
    foreignKeys.set(row.id, key);
  }
  return {
    name,
    columns: all('PRAGMA table_info(' + quote(name) + ')').map((row) => ({ name: row.name, primaryKey: row.pk })),
    indexes: all('PRAGMA index_list(' + quote(name) + ')').map((row) => ({
      isUnique: row.unique === 1,
      isPartial: row.partial === 1,
      columns: all('PRAGMA index_info(' + quote(row.name) + ')').map((column) => column.name ?? null),
    })),
    foreignKeys: [...foreignKeys.values()].reverse(),
  };
});
const version = database.prepare('SELECT sqlite_version() AS version').get().version;
console.log(JSON.stringify({ errors, tables, version }));
`;

/**
 * Runs the statements in order; each one that fails leaves the others to run. Undefined when this Node has no SQLite.
 * Throws `timed-out` after ten seconds, when the process is killed, and `program-failed` when it dies.
 */
export async function checkSql(
  statements: readonly string[],
  { root, signal }: { readonly root: string; readonly signal: AbortSignal },
): Promise<{ readonly answer: SqlCheckAnswer | undefined; readonly evidence: CommandEvidence }> {
  const { answer: given, evidence } = await runDdlProcess({
    database: 'SQLite',
    program: PROGRAM.replace('STATEMENTS', () => JSON.stringify(statements)),
    answer,
    root,
    heap: 256,
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  return { answer: 'isMissing' in given ? undefined : given, evidence };
}
