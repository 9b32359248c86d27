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

/** Throws `schema-mismatch` for a record of another version. */
export function fromRecord({ key, value, version }: StateRecord): KeptApproval {
  if (isPlainObject(value) && value['schemaVersion'] === 1)
    return {
      approval: value['approval'] as unknown as Approval,
      version,
    };
  throw new OrchestratorError('schema-mismatch', `Expected the record ${key} to be of schema version 1.`, {
    details: { key },
  });
}
