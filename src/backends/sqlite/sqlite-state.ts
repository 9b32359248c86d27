/** Versioned records of one tenant, in the file. */
import type { StatePort, StateRecord } from '../../contracts/state.ts';
import { checkInteger, checkString } from '../../shared/check.ts';
import type { JsonValue } from '../../shared/json.ts';
import { toJsonText } from '../driving/json-text.ts';
import { checkName } from '../driving/names.ts';
import { checkVersion } from '../driving/refusals.ts';
import type { Database } from './database.ts';

interface Kept {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

/** No byte of UTF-8 is 0xFF: what begins with the prefix, and nothing else, lies before prefix and that byte. */
export const LIST = `SELECT key, value, version FROM state
  WHERE tenant = ?1 AND key >= ?2 AND key < ?2 || CAST(x'FF' AS TEXT)`;

export class SqliteState implements StatePort {
  readonly #database: Database;
  readonly #tenant: string;

  constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  async get(key: string): Promise<StateRecord | undefined> {
    const kept = this.#find(checkName('key', key));
    return kept === undefined ? undefined : recordOf(kept);
  }

  async put(key: string, value: JsonValue, expectedVersion: number): Promise<StateRecord> {
    checkName('key', key);
    checkInteger('expectedVersion', expectedVersion, 0);
    const kept = { key, value: toJsonText(value), version: expectedVersion + 1 };
    this.#database.transaction(() => {
      this.#checkVersion(key, expectedVersion);
      this.#database.run(
        `INSERT INTO state (tenant, key, value, version) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, version = excluded.version`,
        this.#tenant,
        key,
        kept.value,
        kept.version,
      );
    });
    return recordOf(kept);
  }

  async list(prefix = ''): Promise<readonly StateRecord[]> {
    checkString('prefix', prefix);
    // No key holds what a prefix may, and SQLite would read it as something else.
    if (prefix.includes('\0') || !prefix.isWellFormed()) return [];
    return this.#database
      .all<Kept>(LIST, this.#tenant, prefix)
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(recordOf);
  }

  async delete(key: string, expectedVersion: number): Promise<void> {
    checkName('key', key);
    checkInteger('expectedVersion', expectedVersion, 0);
    this.#database.transaction(() => {
      this.#checkVersion(key, expectedVersion);
      this.#database.run('DELETE FROM state WHERE tenant = ? AND key = ?', this.#tenant, key);
    });
  }

  #find(key: string): Kept | undefined {
    return this.#database.get<Kept>(
      'SELECT key, value, version FROM state WHERE tenant = ? AND key = ?',
      this.#tenant,
      key,
    );
  }

  #checkVersion(key: string, expected: number): void {
    checkVersion(key, this.#find(key)?.version ?? 0, expected);
  }
}

function recordOf({ key, value, version }: Kept): StateRecord {
  return { key, value: JSON.parse(value) as JsonValue, version };
}
