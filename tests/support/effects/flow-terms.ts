/** What a process that works on flows is told. */
import type { KillPoint } from '../kill-at-write.ts';
import type { BackendTerms } from './open-backend.ts';

export interface FlowTerms {
  readonly backend: BackendTerms;
  /** The outside world. */
  readonly url: string;
  readonly log: string;
  readonly steps?: number;
  /** Most milliseconds that a thing takes until it happens, and until its receipt is there. @default 30 */
  readonly holdMs?: number;
  /** The other side recognises keys, whatever the policy. @default only under `retry` */
  readonly recognises?: boolean;
  readonly killAt?: KillPoint;
}

/** What one call of the model takes. Before it, more is set aside. */
export const TOKENS = 5;
