/** What is kept of a schedule in the state port, and what a caller sees of it. */
import type { ScheduleNote } from '../../contracts/schedule.ts';
import type { StateRecord } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { KeptTiming } from '../../tasks/schedule-timing.ts';

const SCHEMA_VERSION = 1;
export const KEY_PREFIX = 'schedules/';
/** Notes of what fired or did not, the newest. */
const NOTES_KEPT = 20;

/** `ended`: there will be no more planned times. */
export type ScheduleState = 'active' | 'paused' | 'ended';

/** A firing that was decided on and is being handed in. */
export type PendingFiring = {
  readonly plannedAt: number;
  /** Which process decided it. */
  readonly by: string;
};

/** What a schedule submits: a task without what each firing brings, or a workflow. */
export type KeptWork =
  | { readonly kind: 'task'; readonly task: JsonObject }
  | { readonly kind: 'workflow'; readonly workflow: JsonObject; readonly inputs: JsonObject };

/** A schedule as it is kept. Times are milliseconds since the epoch. */
export type ScheduleRecord = {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly id: string;
  readonly timing: KeptTiming;
  readonly work: KeptWork;
  /** Over timing and work: whether two are the same schedule. */
  readonly digest: string;
  readonly madeAt: number;
  readonly state: ScheduleState;
  /** The next planned time about which nothing is decided yet. */
  readonly next: number | null;
  readonly firing: PendingFiring | null;
  /** Decided to fire, one after the other. */
  readonly waiting: readonly number[];
  /** Runs of this schedule not known to have ended. */
  readonly working: readonly string[];
  /** Planned times that were decided to fire: what `maxFirings` counts. */
  readonly taken: number;
  readonly fired: number;
  readonly missed: number;
  readonly skipped: number;
  readonly failed: number;
  /** The newest last. */
  readonly notes: readonly ScheduleNote[];
};

/** What stays of a removed one for a while, so that a stale process can't write over a new one of the same id. */
export type RemovedRecord = {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly id: string;
  readonly removedAt: number;
};

/** How a schedule stands. Times are ISO 8601. */
export interface ScheduleInfo {
  readonly id: string;
  readonly state: ScheduleState;
  /** As it was resolved: `null` where there is no such setting. */
  readonly timing: KeptTiming;
  readonly kind: 'task' | 'workflow';
  readonly createdAt: string;
  /** The next planned time, without jitter; null when paused or ended. */
  readonly nextAt: string | null;
  /** Planned times that wait for the one at work. */
  readonly waiting: readonly string[];
  readonly fired: number;
  readonly missed: number;
  readonly skipped: number;
  readonly failed: number;
  /** What became of the last 20, the newest last. */
  readonly lastFirings: readonly ScheduleNote[];
}

export function keyOf(id: string): string {
  return `${KEY_PREFIX}${id}`;
}

/** The run of one planned time, the same in every process. */
export function runIdOf(id: string, planned: number): string {
  return `schedule/${id}/${isoOf(planned)}`;
}

export function isoOf(time: number): string {
  return new Date(time).toISOString();
}

/** A new one. */
export function newRecord(
  fields: Pick<ScheduleRecord, 'id' | 'timing' | 'work' | 'digest' | 'madeAt' | 'next'>,
): ScheduleRecord {
  return {
    schemaVersion: SCHEMA_VERSION,
    ...fields,
    state: fields.next === null ? 'ended' : 'active',
    firing: null,
    waiting: [],
    working: [],
    ...{ taken: 0, fired: 0, missed: 0, skipped: 0, failed: 0 },
    notes: [],
  };
}

export function removedRecord(id: string, removedAt: number): RemovedRecord {
  return { schemaVersion: SCHEMA_VERSION, id, removedAt };
}

/** Reads what is kept. Throws `schema-mismatch` for what another release wrote. */
export function readRecord({ key, value }: StateRecord): ScheduleRecord | RemovedRecord {
  const { schemaVersion } = value as { readonly schemaVersion?: unknown };
  if (schemaVersion === SCHEMA_VERSION) return value as unknown as ScheduleRecord | RemovedRecord;
  throw new OrchestratorError(
    'schema-mismatch',
    `Expected "${key}" to be a schedule of schema version ${SCHEMA_VERSION}, got ${String(schemaVersion)}.`,
    { details: { key } },
  );
}

export function isRemoved(record: ScheduleRecord | RemovedRecord): record is RemovedRecord {
  return 'removedAt' in record;
}

/** Adds a note, counts it, and forgets the oldest. */
export function noted(record: ScheduleRecord, note: ScheduleNote): ScheduleRecord {
  return {
    ...record,
    [note.outcome]: record[note.outcome] + note.count,
    notes: [...record.notes, note].slice(-NOTES_KEPT),
  };
}

/** Ended, when nothing is left to come. */
export function settled(record: ScheduleRecord): ScheduleRecord {
  const isOver = record.next === null && record.firing === null && record.waiting.length === 0;
  return isOver ? { ...record, state: 'ended' } : record;
}

export function infoOf(record: ScheduleRecord): ScheduleInfo {
  const { id, state, timing, work, madeAt, next, waiting, fired, missed, skipped, failed, notes } = record;
  return {
    id,
    state,
    timing,
    kind: work.kind,
    createdAt: isoOf(madeAt),
    nextAt: next === null || state !== 'active' ? null : isoOf(next),
    waiting: waiting.map(isoOf),
    ...{ fired, missed, skipped, failed },
    lastFirings: notes,
  };
}
