/** Writes the limits of a queue, for all processes of the file. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { type QueueLimits, type Rate, resolveQueueOptions } from '../driving/queue-limits.ts';
import type { Database } from './database.ts';
import { StartRates } from './start-rates.ts';

/** What one turn costs a tenant of weight 1. */
export const TURN_PRICE = 1_048_576;

/** Sets limits. What is left out goes back to its default. Throws `invalid-argument`, and changes nothing then. */
export function setQueueLimits(database: Database, queue: string, options: QueueOptions): void {
  const limits = resolveQueueOptions(options);
  database.transaction(() => {
    const agingMs = orNull(limits.agingMs);
    const known = database.get<{ aging_ms: number | null }>(
      'SELECT aging_ms FROM queues WHERE name = ?',
      queue,
    );
    writeQueue(database, queue, limits);
    writeTenants(database, queue, limits);
    openAnew(database, queue, limits);
    if ((known?.aging_ms ?? null) === agingMs) return;
    database.run(
      `UPDATE runs SET rank = CASE WHEN ?1 IS NULL THEN 0.0 ELSE created_at / ?1 END - priority
       WHERE queue = ?2 AND completed_at IS NULL`,
      agingMs,
      queue,
    );
  });
}

function writeQueue(database: Database, queue: string, limits: QueueLimits): void {
  const { rate, perTenantRate, tenants } = limits;
  const hasRates =
    rate !== undefined || perTenantRate !== undefined || [...tenants.values()].some((each) => each.rate);
  database.run(
    `INSERT INTO queues (name, concurrency, per_tenant, max_waiting, aging_ms, rate_limit, rate_ms,
       tenant_rate_limit, tenant_rate_ms, has_rates, has_tenants)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET concurrency = excluded.concurrency, per_tenant = excluded.per_tenant,
       max_waiting = excluded.max_waiting, aging_ms = excluded.aging_ms, rate_limit = excluded.rate_limit,
       rate_ms = excluded.rate_ms, tenant_rate_limit = excluded.tenant_rate_limit,
       tenant_rate_ms = excluded.tenant_rate_ms, has_rates = excluded.has_rates,
       has_tenants = excluded.has_tenants`,
    queue,
    orNull(limits.concurrency),
    orNull(limits.perTenant),
    orNull(limits.maxWaiting),
    orNull(limits.agingMs),
    rate?.limit ?? null,
    rate?.perMs ?? null,
    perTenantRate?.limit ?? null,
    perTenantRate?.perMs ?? null,
    hasRates ? 1 : 0,
    tenants.size > 0 ? 1 : 0,
  );
}

function writeTenants(database: Database, queue: string, { tenants }: QueueLimits): void {
  database.run('DELETE FROM queue_tenants WHERE queue = ?', queue);
  for (const [tenant, { concurrency, rate, weight }] of tenants) {
    database.run(
      `INSERT INTO queue_tenants (queue, tenant, concurrency, rate_limit, rate_ms, price) VALUES (?, ?, ?, ?, ?, ?)`,
      queue,
      tenant,
      concurrency === Infinity ? UNLIMITED : (concurrency ?? null),
      rate?.limit ?? null,
      rate?.perMs ?? null,
      Math.round(TURN_PRICE / weight),
    );
  }
}

/** An exception that lifts the limit of all. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** What has started counts against the new rates. */
function openAnew(database: Database, queue: string, { rate, perTenantRate, tenants }: QueueLimits): void {
  const starts = new StartRates(database);
  const opensAt = (one: Rate | undefined, tenant?: string): number => {
    if (one !== undefined) return starts.opensAt(one, queue, tenant);
    starts.forget(queue, tenant);
    return 0;
  };
  database.run('UPDATE queues SET opens_at = ? WHERE name = ?', opensAt(rate), queue);
  database.run('UPDATE lanes SET opens_at = 0 WHERE queue = ?', queue);
  for (const tenant of starts.tenants(queue)) {
    database.run(
      'UPDATE lanes SET opens_at = ? WHERE queue = ? AND tenant = ?',
      opensAt(tenants.get(tenant)?.rate ?? perTenantRate, tenant),
      queue,
      tenant,
    );
  }
}

function orNull(limit: number): number | null {
  return limit === Infinity ? null : limit;
}
