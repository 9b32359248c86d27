/** Small versioned JSON records, bound to a tenant: where budgets, schedules, approvals and kept memory stand. */
import type { JsonValue } from '../shared/json.ts';

/** A value with the version that the next write must name. */
export interface StateRecord<T extends JsonValue = JsonValue> {
  readonly key: string;
  readonly value: T;
  /** 1 for the first write, one more for each later one. */
  readonly version: number;
}

/** Small records of one tenant, kept by the backend. Writes say which version they replace. */
export interface StatePort {
  /** One record; undefined when there is none. */
  get(key: string): Promise<StateRecord | undefined>;
  /** Writes when the record's version is `expectedVersion` (0: there is none yet); else rejects with `version-conflict`. */
  put(key: string, value: JsonValue, expectedVersion: number): Promise<StateRecord>;
  /** All records whose key starts with `prefix`, by key. */
  list(prefix?: string): Promise<readonly StateRecord[]>;
  /** Deletes when the version matches; else rejects with `version-conflict`. Deleting nothing with version 0 is fine. */
  delete(key: string, expectedVersion: number): Promise<void>;
}
