/** One attempt at a call, as it can be looked at: what was sent and what came back, without secrets. */

import type { CreateResult } from '../../contracts/model.ts';
import type { ErrorJson } from '../../shared/errors.ts';

export interface Exchange {
  readonly model: string;
  /** The URL, without anything secret. */
  readonly url: string;
  /** 1 for the first attempt at a call. */
  readonly attempt: number;
  /** The body as it was sent. */
  readonly request: unknown;
  /** What it gave; null when it failed. */
  readonly result: CreateResult | null;
  /** Why it failed; null when it did not. */
  readonly error: ErrorJson | null;
  readonly requestId: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
}
