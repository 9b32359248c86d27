/** An approval as a record of the tenant's state. */
import type { Approval } from '../../contracts/approval.ts';
import type { StateRecord } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../../shared/json.ts';

/** Those that wait, or whose decision has not been read by their run. */
export const OPEN = 'approval/';
/** Those that are over. */
const CLOSED = 'approval-closed/';

/** What is kept beside the approval itself. */
export interface KeptApproval {
  readonly approval: Approval;
  readonly version: number;
}

export function approvalKey(id: string): string {
  return `${OPEN}${id}`;
}

export function closedKey(id: string): string {
  return `${CLOSED}${id}`;
}

export function toRecord(approval: Approval): JsonValue {
  return { schemaVersion: 1, approval: approval as unknown as JsonValue };
}

/** Undefined for a record that this release can't read: it is left alone, and stands in nobody's way. */
export function readRecord({ value, version }: StateRecord): KeptApproval | undefined {
  if (!isPlainObject(value) || value['schemaVersion'] !== 1 || !isApproval(value['approval']))
    return undefined;
  return { approval: value['approval'], version };
}

function isApproval(value: unknown): value is Approval {
  if (!isPlainObject(value)) return false;
  const { id, runId, status, requestedAt, decision } = value;
  if (typeof id !== 'string' || typeof runId !== 'string' || typeof requestedAt !== 'number') return false;
  return status === 'pending' || (typeof status === 'string' && isPlainObject(decision));
}

/** Throws `schema-mismatch` for a record of another version. */
export function fromRecord(record: StateRecord): KeptApproval {
  const kept = readRecord(record);
  if (kept !== undefined) return kept;
  const { key } = record;
  throw new OrchestratorError('schema-mismatch', `Expected the record ${key} to be of schema version 1.`, {
    details: { key },
  });
}
