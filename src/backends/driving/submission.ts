/** Checks what a caller submits. */
import type { SubmitOptions } from '../../contracts/backend.ts';
import { checkNumber, checkObject } from '../../shared/check.ts';
import { checkName, checkNames } from './names.ts';

const NONE: readonly string[] = Object.freeze([]);

/** The options with their defaults; `id` may still be missing. */
export interface Submission {
  readonly id: string | undefined;
  readonly queue: string;
  readonly tenant: string;
  readonly priority: number;
  readonly delayMs: number;
  readonly dependencies: readonly string[];
  readonly dedupeKey: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Throws `invalid-argument`. */
export function resolveSubmission(options: SubmitOptions): Submission {
  checkObject('options', options);
  const { id, queue, tenant, priority = 0, delayMs = 0, dependencies, dedupeKey, timeoutMs } = options;
  if (id !== undefined) checkName('id', id);
  checkName('queue', queue);
  checkName('tenant', tenant);
  checkNumber('priority', priority, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkNumber('delayMs', delayMs, 0, Number.MAX_SAFE_INTEGER);
  if (dedupeKey !== undefined) checkName('dedupeKey', dedupeKey);
  if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
  const unique =
    dependencies === undefined || (Array.isArray(dependencies) && dependencies.length === 0)
      ? NONE
      : [...new Set(checkNames('dependencies', dependencies))];
  return { id, queue, tenant, priority, delayMs, dependencies: unique, dedupeKey, timeoutMs };
}
