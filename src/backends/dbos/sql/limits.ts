/** Sets what limits a queue. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function limits(schema: string, channel: string): string {
  return `
  -- Sets the limits of a queue. What has started counts against its new rates, as far as an earlier rate still knew it.
  CREATE OR REPLACE FUNCTION ${schema}.set_queue(
    p_sender text, p_queue text, p_concurrency integer, p_per_tenant integer, p_max_waiting integer, p_aging float8,
    p_rate_limit integer, p_rate_ms float8, p_tenant_rate_limit integer, p_tenant_rate_ms float8,
    p_tenants text[], p_concurrencies integer[], p_rate_limits integer[], p_rates_ms float8[], p_weights float8[]
  ) RETURNS void LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_aging float8;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('${channel}/' || p_queue, 2));
    SELECT aging_ms INTO v_aging FROM ${schema}.queues WHERE name = p_queue;
    INSERT INTO ${schema}.queues (name, concurrency, per_tenant, max_waiting, aging_ms, rate_limit, rate_ms,
        tenant_rate_limit, tenant_rate_ms, has_rates)
      VALUES (p_queue, p_concurrency, p_per_tenant, p_max_waiting, p_aging, p_rate_limit, p_rate_ms, p_tenant_rate_limit,
        p_tenant_rate_ms, coalesce(p_rate_limit, p_tenant_rate_limit) IS NOT NULL OR EXISTS (
          SELECT 1 FROM unnest(p_rate_limits) AS own (rate) WHERE rate IS NOT NULL))
      ON CONFLICT (name) DO UPDATE SET concurrency = excluded.concurrency, per_tenant = excluded.per_tenant,
        max_waiting = excluded.max_waiting, aging_ms = excluded.aging_ms, rate_limit = excluded.rate_limit,
        rate_ms = excluded.rate_ms, tenant_rate_limit = excluded.tenant_rate_limit,
        tenant_rate_ms = excluded.tenant_rate_ms, has_rates = excluded.has_rates;
    DELETE FROM ${schema}.queue_tenants WHERE queue = p_queue;
    INSERT INTO ${schema}.queue_tenants (queue, tenant, concurrency, rate_limit, rate_ms, weight)
      SELECT p_queue, each.* FROM unnest(p_tenants, p_concurrencies, p_rate_limits, p_rates_ms, p_weights) AS each;
    DELETE FROM ${schema}.starts WHERE queue = p_queue AND tenant IS NULL AND p_rate_limit IS NULL;
    DELETE FROM ${schema}.starts AS s WHERE s.queue = p_queue AND s.tenant IS NOT NULL AND p_tenant_rate_limit IS NULL
      AND NOT EXISTS (SELECT 1 FROM ${schema}.queue_tenants AS t
        WHERE t.queue = p_queue AND t.tenant = s.tenant AND t.rate_limit IS NOT NULL);
    IF v_aging IS DISTINCT FROM p_aging THEN
      UPDATE ${schema}.runs SET rank = CASE WHEN p_aging IS NULL THEN 0 ELSE created_at / p_aging END - priority
        WHERE queue = p_queue AND completed_at IS NULL;
    END IF;
    PERFORM pg_notify('${channel}', p_sender || ':ready:');
  END $function$;
  `;
}
