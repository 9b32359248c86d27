/** Gives slots out. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function claiming(schema: string): string {
  const able = `(x.name = ANY (p_names) OR EXISTS (
        SELECT 1 FROM unnest(p_own_names, p_own_tenants) AS own (name, tenant)
        WHERE own.name = x.name AND own.tenant = n.tenant))`;
  const lane = (index: string): string => `
      (SELECT queue, tenant FROM ${schema}.runs WHERE status = 'queued' AND ${index} ORDER BY queue, tenant LIMIT 1)
      UNION ALL
      SELECT next.queue, next.tenant FROM lane_of, LATERAL (
        SELECT queue, tenant FROM ${schema}.runs
        WHERE status = 'queued' AND ${index} AND (queue, tenant) > (lane_of.queue, lane_of.tenant)
        ORDER BY queue, tenant LIMIT 1) AS next`;
  const lanes = `
    fresh_lane AS (
      WITH RECURSIVE lane_of AS (${lane('started_at IS NULL')}) SELECT queue, tenant FROM lane_of),
    again_lane AS (
      WITH RECURSIVE lane_of AS (${lane('started_at IS NOT NULL')}) SELECT queue, tenant FROM lane_of),
    lane AS (SELECT queue, tenant FROM fresh_lane UNION SELECT queue, tenant FROM again_lane),
    held AS (SELECT queue, tenant, count(*) AS slots FROM ${schema}.runs WHERE slot GROUP BY queue, tenant)`;
  const most = 1_000_000_000;
  return `
  -- Gives slots out. Tenants of a queue take turns by weight, queues too; within a tenant rank decides, then age.
  CREATE OR REPLACE FUNCTION ${schema}.claim(
    p_worker text, p_names text[], p_own_names text[], p_own_tenants text[], p_limit integer, p_resuming boolean,
    p_now float8, p_lock bigint
  ) RETURNS SETOF ${schema}.runs LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_suspect boolean;
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM ${schema}.runs WHERE status = 'queued' AND started_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM ${schema}.runs WHERE status = 'queued' AND started_at IS NOT NULL) THEN
      RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(p_lock);
    -- A worker that was declared dead takes nothing any more.
    PERFORM 1 FROM ${schema}.workers WHERE id = p_worker FOR SHARE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'worker % was declared dead', p_worker USING ERRCODE = 'AO001';
    END IF;
    v_suspect := EXISTS (SELECT 1 FROM ${schema}.runs WHERE owner = p_worker AND slot AND losses > 0);
    RETURN QUERY
    WITH ${lanes},
    wide AS MATERIALIZED (
      SELECT q.queue, o.rate_limit IS NOT NULL AS is_rated, o.per_tenant, o.tenant_rate_limit, o.tenant_rate_ms,
        coalesce(o.concurrency, ${most}) - coalesce((SELECT sum(slots) FROM held WHERE held.queue = q.queue), 0) AS room,
        CASE WHEN o.rate_limit IS NULL THEN ${most} ELSE greatest(0, o.rate_limit - (
          SELECT count(*) FROM ${schema}.starts AS s WHERE s.queue = q.queue AND s.tenant IS NULL AND s.at > p_now - o.rate_ms)) END AS fresh_room,
        coalesce((SELECT max(begun) FROM ${schema}.lanes AS l WHERE l.queue = q.queue), 0) AS begun
      FROM (SELECT DISTINCT queue FROM lane) AS q LEFT JOIN ${schema}.queues AS o ON o.name = q.queue),
    narrow AS MATERIALIZED (
      SELECT lane.queue, lane.tenant, coalesce(t.weight, 1) AS weight,
        least(w.room, coalesce(t.concurrency, w.per_tenant, ${most}) - coalesce(h.slots, 0), p_limit) AS room,
        least(w.fresh_room, CASE WHEN coalesce(t.rate_limit, w.tenant_rate_limit) IS NULL THEN ${most}
          ELSE greatest(0, coalesce(t.rate_limit, w.tenant_rate_limit) - (
            SELECT count(*) FROM ${schema}.starts AS s WHERE s.queue = lane.queue AND s.tenant = lane.tenant
              AND s.at > p_now - coalesce(t.rate_ms, w.tenant_rate_ms))) END) AS fresh_room,
        coalesce(t.rate_limit, w.tenant_rate_limit) IS NOT NULL AS is_tenant_rated,
        greatest(coalesce(l.pass, 0), w.begun) AS due, coalesce(l.turn, 0) AS turn
      FROM lane JOIN wide AS w ON w.queue = lane.queue
        LEFT JOIN ${schema}.queue_tenants AS t ON t.queue = lane.queue AND t.tenant = lane.tenant
        LEFT JOIN ${schema}.lanes AS l ON l.queue = lane.queue AND l.tenant = lane.tenant
        LEFT JOIN held AS h ON h.queue = lane.queue AND h.tenant = lane.tenant),
    candidate AS (
      SELECT n.queue, n.tenant, n.weight, n.room, n.is_tenant_rated, n.due, n.turn, r.seq, r.rank, r.is_fresh, r.losses,
        row_number() OVER (PARTITION BY n.queue, n.tenant ORDER BY r.rank, r.seq) AS nth
      FROM narrow AS n CROSS JOIN LATERAL (
        (SELECT x.seq, x.rank, true AS is_fresh, x.losses FROM ${schema}.runs AS x
          WHERE x.queue = n.queue AND x.tenant = n.tenant AND x.status = 'queued' AND x.started_at IS NULL
            AND x.owner IS NULL AND NOT p_resuming AND ${able}
          ORDER BY x.rank, x.seq LIMIT greatest(0, least(n.room, n.fresh_room)))
        UNION ALL
        (SELECT x.seq, x.rank, false, x.losses FROM ${schema}.runs AS x
          WHERE x.queue = n.queue AND x.tenant = n.tenant AND x.status = 'queued' AND x.started_at IS NOT NULL
            AND (x.owner = p_worker OR (x.owner IS NULL AND NOT p_resuming AND ${able}
              -- Of runs that lost a worker, one at a time: should it bring this one down too, the others are not blamed.
              AND (x.losses = 0 OR NOT v_suspect)))
          ORDER BY x.rank, x.seq LIMIT greatest(0, n.room))
      ) AS r),
    placed AS (
      SELECT c.*, c.due + (c.nth - 1) / c.weight AS begins,
        row_number() OVER (PARTITION BY c.queue ORDER BY c.due + (c.nth - 1) / c.weight, c.turn, c.tenant) AS place,
        row_number() OVER (PARTITION BY c.queue, c.is_fresh ORDER BY c.due + (c.nth - 1) / c.weight, c.turn, c.tenant)
          AS fresh_place,
        row_number() OVER (PARTITION BY c.losses > 0 ORDER BY c.due + (c.nth - 1) / c.weight, c.turn, c.tenant)
          AS suspect_place
      FROM candidate AS c WHERE c.nth <= c.room),
    chosen AS MATERIALIZED (
      SELECT p.*, w.is_rated, row_number() OVER (ORDER BY p.place, p.queue) AS position
      FROM placed AS p JOIN wide AS w ON w.queue = p.queue
      WHERE p.place <= w.room AND (NOT p.is_fresh OR p.fresh_place <= w.fresh_room)
        AND (p.losses = 0 OR p.suspect_place = 1)
      ORDER BY p.place, p.queue LIMIT p_limit),
    claimed AS (
      UPDATE ${schema}.runs AS r SET status = 'running', slot = true, owner = p_worker,
        token = r.token + CASE WHEN r.owner IS NULL THEN 1 ELSE 0 END,
        started_at = coalesce(r.started_at, p_now), deadline_at = coalesce(r.deadline_at, p_now + r.timeout_ms)
      FROM chosen AS c
      WHERE r.seq = c.seq AND r.status = 'queued' AND (r.owner IS NULL OR r.owner = p_worker)
      RETURNING r AS run, c.position, c.queue AS of_queue, c.tenant AS of_tenant, c.begins, c.weight, c.is_fresh, c.is_rated, c.is_tenant_rated),
    turned AS (
      INSERT INTO ${schema}.lanes AS l (queue, tenant, pass, begun, turn)
      SELECT of_queue, of_tenant, max(begins) + 1 / min(weight), max(begins),
        coalesce((SELECT max(turn) FROM ${schema}.lanes), 0) + max(position)
      FROM claimed GROUP BY of_queue, of_tenant
      ON CONFLICT (queue, tenant) DO UPDATE SET pass = excluded.pass, begun = excluded.begun, turn = excluded.turn),
    counted AS (
      INSERT INTO ${schema}.starts (queue, tenant, at)
      SELECT of_queue, NULL, p_now FROM claimed WHERE is_fresh AND is_rated
      UNION ALL
      SELECT of_queue, of_tenant, p_now FROM claimed WHERE is_fresh AND is_tenant_rated)
    SELECT (run).* FROM claimed ORDER BY position;
  END $function$;

  -- When a rate next lets a run start that nothing else holds back.
  CREATE OR REPLACE FUNCTION ${schema}.next_start(p_now float8) RETURNS float8 LANGUAGE plpgsql STABLE ${PLANS} AS $function$
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM ${schema}.queues WHERE has_rates) THEN
      RETURN NULL;
    END IF;
    RETURN (
      WITH ${lanes}
      SELECT min(opens) FROM (
        SELECT greatest(
          (SELECT s.at + o.rate_ms FROM ${schema}.starts AS s WHERE s.queue = lane.queue AND s.tenant IS NULL
            ORDER BY s.at DESC OFFSET o.rate_limit - 1 LIMIT 1),
          (SELECT s.at + coalesce(t.rate_ms, o.tenant_rate_ms) FROM ${schema}.starts AS s
            WHERE s.queue = lane.queue AND s.tenant = lane.tenant
              AND coalesce(t.rate_limit, o.tenant_rate_limit) IS NOT NULL
            ORDER BY s.at DESC OFFSET coalesce(t.rate_limit, o.tenant_rate_limit, 1) - 1 LIMIT 1)) AS opens
        FROM fresh_lane AS lane JOIN ${schema}.queues AS o ON o.name = lane.queue AND o.has_rates
          LEFT JOIN ${schema}.queue_tenants AS t ON t.queue = lane.queue AND t.tenant = lane.tenant
        WHERE o.concurrency IS NULL
          OR o.concurrency > coalesce((SELECT sum(slots) FROM held WHERE held.queue = lane.queue), 0)) AS each
      WHERE opens > p_now);
  END $function$;
  `;
}
