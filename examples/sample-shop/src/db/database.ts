/** Opens the database and brings its schema up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

export type Database = DatabaseSync;

const MIGRATIONS = fileURLToPath(new URL('../../db/migrations/', import.meta.url));

/** Opens a file, or `:memory:`, and runs the migrations that it has not seen. */
export function openDatabase(file: string): Database {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA foreign_keys = ON');
  migrate(database);
  return database;
}

function migrate(database: Database): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)');
  const done = new Set(
    database
      .prepare('SELECT name FROM migrations')
      .all()
      .map((row) => row['name']),
  );
  for (const name of readdirSync(MIGRATIONS).sort()) {
    if (!name.endsWith('.sql') || done.has(name)) continue;
    database.exec(readFileSync(`${MIGRATIONS}${name}`, 'utf8'));
    database.prepare('INSERT INTO migrations (name) VALUES (?)').run(name);
  }
}

/** Runs `work` in a transaction that is rolled back when it throws. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
