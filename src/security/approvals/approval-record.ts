/** An approval as a record of the tenant's state. */
import type { Approval } from '../../contracts/approval.ts';
import type { StateRecord } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../../shared/json.ts';

export const APPROVALS = 'approval/';

/** What is kept beside the approval itself. */
export interface KeptApproval {
  readonly approval: Approval;
  /** Whether the run has been told of the decision. */
  readonly isDelivered: boolean;
  readonly version: number;
}

export function approvalKey(id: string): string {
  return `${APPROVALS}${id}`;
}

export function toRecord({ approval, isDelivered }: Omit<KeptApproval, 'version'>): JsonValue {
  return { schemaVersion: 1, isDelivered, approval: approval as unknown as JsonValue };
}

/** Throws `schema-mismatch` for a record of another version. */
export function fromRecord({ key, value, version }: StateRecord): KeptApproval {
  if (isPlainObject(value) && value['schemaVersion'] === 1)
    return {
      approval: value['approval'] as unknown as Approval,
      isDelivered: value['isDelivered'] === true,
      version,
    };
  throw new OrchestratorError('schema-mismatch', `Expected the record ${key} to be of schema version 1.`, {
    details: { key },
  });
}
