/** The state port of one tenant, in memory. */
import type { StatePort, StateRecord } from '../../contracts/state.ts';
import { checkInteger, checkText } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type JsonValue, toJsonValue } from '../../shared/json.ts';

export class MemoryState implements StatePort {
  readonly #records = new Map<string, StateRecord>();

  async get(key: string): Promise<StateRecord | undefined> {
    return this.#records.get(checkText('key', key));
  }

  async put(key: string, value: JsonValue, expectedVersion: number): Promise<StateRecord> {
    this.#expect(key, expectedVersion);
    const record = Object.freeze({ key, value: toJsonValue(value), version: expectedVersion + 1 });
    this.#records.set(key, record);
    return record;
  }

  async list(prefix = ''): Promise<readonly StateRecord[]> {
    return [...this.#records.values()].filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async delete(key: string, expectedVersion: number): Promise<void> {
    this.#expect(key, expectedVersion);
    this.#records.delete(key);
  }

  #expect(key: string, expected: number): void {
    checkText('key', key);
    checkInteger('expectedVersion', expected);
    const got = this.#records.get(key)?.version ?? 0;
    if (got === expected) return;
    throw new OrchestratorError('version-conflict', `Record ${key} has version ${got}, not ${expected}; read it again.`, {
      retryable: true,
      details: { key, expected, got },
    });
  }
}
