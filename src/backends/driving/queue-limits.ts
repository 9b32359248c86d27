/** The limits of a queue, checked and with their defaults. */
import type { QueueOptions, RateLimit, TenantLimits } from '../../contracts/backend.ts';
import { checkInteger, checkKeys, checkNumber, checkObject } from '../../shared/check.ts';
import { checkName } from './names.ts';

/** A rate in milliseconds. */
export interface Rate {
  readonly limit: number;
  readonly perMs: number;
}

export interface OneTenant {
  readonly concurrency: number | undefined;
  readonly rate: Rate | undefined;
  readonly weight: number;
}

export interface QueueLimits {
  readonly concurrency: number;
  readonly perTenant: number;
  readonly maxWaiting: number;
  readonly agingMs: number;
  readonly rate: Rate | undefined;
  readonly perTenantRate: Rate | undefined;
  readonly tenants: ReadonlyMap<string, OneTenant>;
}

/** All but `concurrency`. */
export const FURTHER_LIMITS: readonly string[] = [
  'perTenant',
  'rate',
  'perTenantRate',
  'tenants',
  'maxWaiting',
  'agingSeconds',
];

const YEAR_SECONDS = 31_536_000;

/** What holds for a queue that was never set. */
export const NO_LIMITS: QueueLimits = resolveQueueOptions({});

/** Throws `invalid-argument`. */
export function resolveQueueOptions(options: QueueOptions): QueueLimits {
  checkKeys('options', options, ['concurrency', ...FURTHER_LIMITS]);
  const {
    concurrency = Infinity,
    perTenant = Infinity,
    maxWaiting = Infinity,
    agingSeconds = Infinity,
  } = options;
  for (const [name, limit] of Object.entries({ concurrency, perTenant, maxWaiting })) checkLimit(name, limit);
  checkNumber('agingSeconds', agingSeconds, 0.001);
  const tenants = Object.entries(
    checkObject('tenants', options.tenants === undefined ? {} : options.tenants),
  ).map(
    ([tenant, limits]) =>
      [checkName('tenants', tenant), resolveTenant(`tenants.${tenant}`, limits as TenantLimits)] as const,
  );
  return {
    concurrency,
    perTenant,
    maxWaiting,
    agingMs: agingSeconds * 1000,
    rate: resolveRate('rate', options.rate),
    perTenantRate: resolveRate('perTenantRate', options.perTenantRate),
    tenants: new Map(tenants),
  };
}

function resolveTenant(name: string, limits: TenantLimits): OneTenant {
  checkKeys(name, limits, ['concurrency', 'rate', 'weight']);
  const { concurrency, rate, weight = 1 } = limits;
  if (concurrency !== undefined) checkLimit(`${name}.concurrency`, concurrency);
  checkNumber(`${name}.weight`, weight, 0.001, 1000);
  return { concurrency, rate: resolveRate(`${name}.rate`, rate), weight };
}

function resolveRate(name: string, rate: RateLimit | undefined): Rate | undefined {
  if (rate === undefined) return undefined;
  checkKeys(name, rate, ['limit', 'perSeconds']);
  checkInteger(`${name}.limit`, rate.limit, 1, 1_000_000);
  checkNumber(`${name}.perSeconds`, rate.perSeconds, 0.001, YEAR_SECONDS);
  return { limit: rate.limit, perMs: rate.perSeconds * 1000 };
}

function checkLimit(name: string, limit: number): void {
  if (limit !== Infinity) checkInteger(name, limit, 1);
}
