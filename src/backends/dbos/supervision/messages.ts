/** What the main thread and the thread that beats say to each other. */
import type { LossReason, SupervisorEvent } from './supervisor-events.ts';

/** Given to the thread when it begins. */
export interface BeatTerms {
  readonly connection: string;
  /** Quoted. */
  readonly schema: string;
  /** Quoted: DBOS's schema. */
  readonly dbos: string;
  readonly application: string;
  /** The lock that supervisors of an application take turns with. */
  readonly lock: bigint;
  readonly executorId: string;
  readonly leaseMs: number;
  readonly beatMs: number;
  readonly maxBlockedMs: number;
  /** The main thread counts up in it while its event loop turns. */
  readonly pulse: Int32Array;
}

export type ToThread =
  /** Give a sign of life now, and say so when it was accepted. */
  | { readonly type: 'check' }
  /** DBOS has its tables: begin to watch the others. */
  | { readonly type: 'watch' };

export type FromThread =
  /** The first sign of life was accepted. */
  | { readonly type: 'begun' }
  /** A sign of life that was asked for was accepted; it was sent at this time of the monotonic clock. */
  | { readonly type: 'accepted'; readonly sentAt: number }
  | { readonly type: 'lost'; readonly reason: LossReason }
  | { readonly type: 'event'; readonly event: SupervisorEvent };

/** Milliseconds of a clock that all threads share and that no one sets. */
export function monotonicNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
