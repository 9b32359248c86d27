/** Versioned records of one tenant, in the database. */
import { randomUUID } from 'node:crypto';
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

export class DbosState implements StatePort {
  readonly #database: Database;
  readonly #tenant: string;

  constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  async get(key: string): Promise<StateRecord | undefined> {
    const kept = await this.#database.get<Kept>(
      `SELECT key, value, version FROM ${this.#table} WHERE tenant = $1 AND key = $2`,
      [this.#tenant, checkName('key', key)],
    );
    return kept === undefined ? undefined : recordOf(kept);
  }

  async put(key: string, value: JsonValue, expectedVersion: number): Promise<StateRecord> {
    checkName('key', key);
    checkInteger('expectedVersion', expectedVersion, 0);
    const kept = { key, value: toJsonText(value), version: expectedVersion + 1 };
    await this.#change('put_state', key, expectedVersion, kept.value);
    return recordOf(kept);
  }

  async list(prefix = ''): Promise<readonly StateRecord[]> {
    checkString('prefix', prefix);
    // No key holds what a prefix may: the database would refuse the question.
    if (prefix.includes('\0') || !prefix.isWellFormed()) return [];
    const rows = await this.#database.all<Kept>(
      `SELECT key, value, version FROM ${this.#table} WHERE tenant = $1 AND key >= $2 AND starts_with(key, $2)`,
      [this.#tenant, prefix],
    );
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1)).map(recordOf);
  }

  async delete(key: string, expectedVersion: number): Promise<void> {
    checkName('key', key);
    checkInteger('expectedVersion', expectedVersion, 0);
    await this.#change('delete_state', key, expectedVersion, null);
  }

  get #table(): string {
    return `${this.#database.schema}.state`;
  }

  async #change(
    change: 'put_state' | 'delete_state',
    key: string,
    expected: number,
    value: string | null,
  ): Promise<void> {
    const row = await this.#database.get<{ found: number | null }>(
      `SELECT ${this.#database.schema}.${change}($1, $2, $3, $4, $5) AS found`,
      [this.#tenant, key, expected, value, randomUUID()],
    );
    checkVersion(key, row?.found ?? expected, expected);
  }
}

function recordOf({ key, value, version }: Kept): StateRecord {
  return { key, value: JSON.parse(value) as JsonValue, version };
}
