/** Questions to people that work waits for, as durable state. */
import type { JsonValue } from '../shared/json.ts';

const APPROVAL_KINDS = ['effect', 'workflow-step', 'tool', 'plan'] as const;
/** What is asked about. `effect`: something that was begun, and nobody saw how it ended. */
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

const APPROVAL_STATUSES = ['pending', 'approved', 'rejected', 'expired'] as const;
/** `expired` counts as rejected. */
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** What somebody decided. */
export interface ApprovalDecision {
  readonly approved: boolean;
  /** Who; null where it was not said. */
  readonly by: string | null;
  /** Why; null where it was not said. */
  readonly note: string | null;
  /** What is handed to the work that waits, such as an edited payload. */
  readonly answer: JsonValue;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** True when nobody decided in time. */
  readonly isExpired: boolean;
}

/** One question, from its asking to its end. */
export interface Approval {
  readonly id: string;
  readonly kind: ApprovalKind;
  /** The run that waits for it. */
  readonly runId: string;
  /** In a few words, for people. */
  readonly title: string;
  /** All that the decision is about, as it is. */
  readonly payload: JsonValue;
  /** SHA-256 of the payload. */
  readonly payloadDigest: string;
  /** Milliseconds since the epoch. */
  readonly requestedAt: number;
  /** Milliseconds since the epoch; null: it waits as long as it takes. */
  readonly expiresAt: number | null;
  readonly status: ApprovalStatus;
  readonly decision: ApprovalDecision | null;
}

/** What work asks. */
export interface ApprovalRequest {
  /** Unique within the run. */
  readonly key: string;
  readonly kind: ApprovalKind;
  readonly title: string;
  readonly payload: JsonValue;
  /** @default it waits as long as it takes */
  readonly timeoutMs?: number;
}

/** Asks and waits, holding no slot. It is asked once, whatever is restarted meanwhile. */
export type AskApproval = (request: ApprovalRequest) => Promise<ApprovalDecision>;
