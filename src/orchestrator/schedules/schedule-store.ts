/** Schedules in the state port of a tenant: read, listed, and changed by compare-and-set. */
import type { Backend } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { toJsonValue } from '../../shared/json.ts';
import {
  isRemoved,
  KEY_PREFIX,
  keyOf,
  type RemovedRecord,
  readRecord,
  type ScheduleRecord,
} from './schedule-record.ts';

/** A record with the version that the next write must name. */
export interface Kept<T = ScheduleRecord> {
  readonly record: T;
  readonly version: number;
}

export class ScheduleStore {
  readonly #state: () => StatePort;

  constructor(backend: Backend, tenant: string) {
    this.#state = () => backend.store.state(tenant);
  }

  /** One, also a removed one; undefined when there never was one. */
  async find(id: string): Promise<Kept<ScheduleRecord | RemovedRecord> | undefined> {
    const found = await this.#state().get(keyOf(id));
    return found && { record: readRecord(found), version: found.version };
  }

  /** One that is there. */
  async load(id: string): Promise<Kept | undefined> {
    const kept = await this.find(id);
    return kept === undefined || isRemoved(kept.record) ? undefined : (kept as Kept);
  }

  /** All that are there, and what is left of removed ones, by id. One that can't be read is told to `onUnreadable`. */
  async list(
    onUnreadable: (error: unknown) => void,
  ): Promise<readonly Kept<ScheduleRecord | RemovedRecord>[]> {
    const list: Kept<ScheduleRecord | RemovedRecord>[] = [];
    for (const found of await this.#state().list(KEY_PREFIX)) {
      try {
        list.push({ record: readRecord(found), version: found.version });
      } catch (error) {
        onUnreadable(error);
      }
    }
    return list;
  }

  /** Writes over that version; undefined when somebody else was faster. */
  async put<T extends ScheduleRecord | RemovedRecord>(
    record: T,
    version: number,
  ): Promise<Kept<T> | undefined> {
    const written = this.#state().put(keyOf(record.id), toJsonValue(record), version);
    const kept = await unlessConflict(written);
    return kept && { record, version: kept.version };
  }

  /** Changes one, again and again until nobody comes in between. Throws `not-found`. */
  async change(
    id: string,
    alter: (record: ScheduleRecord) => ScheduleRecord | RemovedRecord,
  ): Promise<ScheduleRecord | RemovedRecord> {
    for (;;) {
      const kept = await this.load(id);
      if (kept === undefined) {
        throw new OrchestratorError('not-found', `There is no schedule ${id}.`, { details: { id } });
      }
      const altered = alter(kept.record);
      if (altered === kept.record || (await this.put(altered, kept.version)) !== undefined) return altered;
    }
  }

  /** Deletes what is left of a removed one. */
  async forget({ record, version }: Kept<RemovedRecord>): Promise<void> {
    await unlessConflict(this.#state().delete(keyOf(record.id), version));
  }
}

async function unlessConflict<T>(writing: Promise<T>): Promise<T | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (OrchestratorError.isInstance(error) && error.code === 'version-conflict') return undefined;
    throw error;
  }
}
