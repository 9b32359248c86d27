/** How long a plugin may take, and how much it may give back. */
import { checkInteger, checkKeys } from '../shared/check.ts';

/** A call that takes longer is given up: what it gives back later is ignored. All times are milliseconds. */
export interface PluginLimits {
  /** For `initialize`. @default 30_000 */
  readonly initializeMs?: number;
  /** For each call of a hook, so long may one hold a task up. @default 5_000 */
  readonly hookMs?: number;
  /** For each `processTask` and `processResult`. @default 30_000 */
  readonly processMs?: number;
  /** For `execute`. @default 30_000 */
  readonly executeMs?: number;
  /** For `shutdown`, and for the calls that are still in hand before it. @default 5_000 */
  readonly shutdownMs?: number;
  /** Characters of JSON that a processor or `execute` may give back. @default 10_000_000 */
  readonly maxOutputLength?: number;
}

const DEFAULTS: Required<PluginLimits> = {
  initializeMs: 30_000,
  hookMs: 5_000,
  processMs: 30_000,
  executeMs: 30_000,
  shutdownMs: 5_000,
  maxOutputLength: 10_000_000,
};

/** Fills in the defaults. Throws {@link InvalidArgumentError} on an unknown limit or one below 1. */
export function resolvePluginLimits(name: string, limits: PluginLimits = {}): Required<PluginLimits> {
  checkKeys(name, limits, Object.keys(DEFAULTS));
  const resolved: Record<string, number> = { ...DEFAULTS };
  for (const [limit, value] of Object.entries(limits))
    if (value !== undefined) resolved[limit] = checkInteger(`${name}.${limit}`, value, 1);
  return resolved as unknown as Required<PluginLimits>;
}
