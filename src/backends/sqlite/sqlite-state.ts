/** Versioned records of one tenant, in the file. */
import type { StatePort, StateRecord } from '../../contracts/state.ts';
import { checkInteger, checkString } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { toJsonText } from '../driving/json-text.ts';
import { checkName } from '../driving/names.ts';
import type { Database } from './database.ts';

interface Kept {
  readonly key: string;
  readonly value: string;
  readonly version: number;
}

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
    return this.#database
      .all<Kept>('SELECT key, value, version FROM state WHERE tenant = ? AND key >= ?', this.#tenant, prefix)
      .filter(({ key }) => key.startsWith(prefix))
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
    const version = this.#find(key)?.version ?? 0;
    if (version === expected) return;
    throw new OrchestratorError('version-conflict', `"${key}" is at version ${version}, not ${expected}.`, {
      retryable: true,
      details: { key, expected, version },
    });
  }
}

function recordOf({ key, value, version }: Kept): StateRecord {
  return { key, value: JSON.parse(value) as JsonValue, version };
}
