/** Versioned records of one tenant, in memory. */
import type { StatePort, StateRecord } from '../../contracts/state.ts';
import { checkInteger, checkString } from '../../shared/check.ts';
import type { JsonValue } from '../../shared/json.ts';
import { toJsonText } from '../driving/json-text.ts';
import { checkName } from '../driving/names.ts';
import { checkVersion } from '../driving/refusals.ts';

interface Kept {
  readonly text: string;
  readonly version: number;
}

export class MemoryState implements StatePort {
  readonly #records = new Map<string, Kept>();

  async get(key: string): Promise<StateRecord | undefined> {
    const kept = this.#records.get(checkName('key', key));
    return kept === undefined ? undefined : recordOf(key, kept);
  }

  async put(key: string, value: JsonValue, expectedVersion: number): Promise<StateRecord> {
    this.#checkVersion(key, expectedVersion);
    const kept = { text: toJsonText(value), version: expectedVersion + 1 };
    this.#records.set(key, kept);
    return recordOf(key, kept);
  }

  async list(prefix = ''): Promise<readonly StateRecord[]> {
    checkString('prefix', prefix);
    const keys = [...this.#records.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => (a < b ? -1 : 1));
    return keys.map((key) => recordOf(key, this.#records.get(key) as Kept));
  }

  async delete(key: string, expectedVersion: number): Promise<void> {
    this.#checkVersion(key, expectedVersion);
    this.#records.delete(key);
  }

  #checkVersion(key: string, expected: number): void {
    checkName('key', key);
    checkInteger('expectedVersion', expected, 0);
    checkVersion(key, this.#records.get(key)?.version ?? 0, expected);
  }
}

function recordOf(key: string, { text, version }: Kept): StateRecord {
  return { key, value: JSON.parse(text) as JsonValue, version };
}
