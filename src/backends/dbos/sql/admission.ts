/** Takes runs in. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function admission(schema: string, channel: string): string {
  return `
  CREATE OR REPLACE FUNCTION ${schema}.admit(
    p_sender text, p_tenants text[], p_ids text[], p_given boolean[], p_names text[], p_queues text[],
    p_priorities float8[], p_delays float8[], p_dependencies text[], p_inputs text[], p_dedupe_keys text[],
    p_timeouts float8[], p_parents bigint[], p_parent_ids text[], p_parent_tokens bigint[], p_workflows text[], p_claims text[],
    p_keys text[], p_now float8
  ) RETURNS TABLE (place integer, outcome text, run_id text, detail text, run_seq bigint)
  LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_known record;
    v_limit integer;
    v_aging float8;
    v_count bigint;
    v_open integer;
    v_broken text;
    v_missing text;
    v_deps text[];
    v_ready boolean := false;
    v_ended bigint[] := '{}';
  BEGIN
    FOR i IN 1 .. cardinality(p_ids) LOOP
      place := i; outcome := NULL; run_id := p_ids[i]; detail := NULL; run_seq := NULL;
      v_deps := CASE WHEN p_dependencies[i] = '[]' THEN '{}'::text[]
        ELSE ARRAY(SELECT json_array_elements_text(p_dependencies[i]::json)) END;
      IF p_parents[i] IS NOT NULL THEN
        PERFORM 1 FROM ${schema}.runs WHERE seq = p_parents[i] AND token = p_parent_tokens[i] FOR SHARE;
        IF NOT FOUND OR NOT ${schema}.is_owner(p_workflows[i], p_claims[i]) THEN
          outcome := 'lost';
          RETURN NEXT;
          CONTINUE;
        END IF;
      END IF;
      -- Somebody may take the same id or key in at the same time: whoever comes second finds it.
      FOR attempt IN 1 .. 5 LOOP
        IF p_given[i] OR attempt > 1 THEN
          SELECT seq, name, input INTO v_known FROM ${schema}.runs WHERE tenant = p_tenants[i] AND id = p_ids[i];
          IF FOUND THEN
            outcome := CASE WHEN v_known.name = p_names[i] THEN 'known' ELSE 'other' END;
            detail := v_known.input; run_seq := v_known.seq;
            EXIT;
          END IF;
        END IF;
        IF p_dedupe_keys[i] IS NOT NULL THEN
          SELECT seq, id INTO v_known FROM ${schema}.runs
            WHERE tenant = p_tenants[i] AND dedupe_key = p_dedupe_keys[i] AND completed_at IS NULL;
          IF FOUND THEN
            outcome := 'duplicate'; run_id := v_known.id; run_seq := v_known.seq;
            EXIT;
          END IF;
        END IF;
        v_open := 0; v_broken := NULL; v_missing := NULL;
        IF cardinality(v_deps) > 0 THEN
          PERFORM 1 FROM ${schema}.runs WHERE tenant = p_tenants[i] AND id = ANY (v_deps) ORDER BY seq FOR SHARE;
          SELECT count(*) FILTER (WHERE r.completed_at IS NULL AND r.seq IS NOT NULL),
                 min(d.id) FILTER (WHERE r.status IN ('failed', 'cancelled')),
                 min(d.id) FILTER (WHERE r.seq IS NULL)
            INTO v_open, v_broken, v_missing
            FROM unnest(v_deps) AS d (id) LEFT JOIN ${schema}.runs AS r ON r.tenant = p_tenants[i] AND r.id = d.id;
          IF v_missing IS NOT NULL THEN
            outcome := 'unknown-dependency'; detail := v_missing;
            EXIT;
          END IF;
        END IF;
        SELECT max_waiting, aging_ms INTO v_limit, v_aging FROM ${schema}.queues WHERE name = p_queues[i];
        IF v_limit IS NOT NULL THEN
          PERFORM pg_advisory_xact_lock(hashtextextended('${channel}/' || p_queues[i], 1));
          SELECT count(*) INTO v_count FROM ${schema}.runs
            WHERE queue = p_queues[i] AND status = 'queued' AND started_at IS NULL;
          SELECT v_count + count(*) INTO v_count FROM ${schema}.runs
            WHERE queue = p_queues[i] AND status = 'waiting';
          IF v_count >= v_limit THEN
            outcome := 'full'; detail := v_limit || ' ' || v_count;
            EXIT;
          END IF;
        END IF;
        INSERT INTO ${schema}.runs (tenant, id, name, queue, status, priority, rank, dependencies, parent, parent_id,
            input, created_at, ready_at, blockers, dedupe_key, timeout_ms)
          VALUES (p_tenants[i], p_ids[i], p_names[i], p_queues[i],
            CASE WHEN v_open = 0 AND p_delays[i] = 0 THEN 'queued' ELSE 'waiting' END, p_priorities[i],
            CASE WHEN v_aging IS NULL THEN 0 ELSE p_now / v_aging END - p_priorities[i], p_dependencies[i],
            p_parents[i], p_parent_ids[i], p_inputs[i], p_now, p_now + p_delays[i], v_open, p_dedupe_keys[i],
            p_timeouts[i])
          ON CONFLICT DO NOTHING RETURNING seq INTO run_seq;
        IF FOUND THEN
          outcome := 'new';
          IF cardinality(v_deps) > 0 THEN
            INSERT INTO ${schema}.dependencies (dependency, run)
              SELECT r.seq, run_seq FROM ${schema}.runs AS r WHERE r.tenant = p_tenants[i] AND r.id = ANY (v_deps);
          END IF;
          IF v_broken IS NOT NULL THEN
            UPDATE ${schema}.runs SET status = 'cancelled', completed_at = p_now, token = token + 1,
              cause = 'dependency', cause_id = v_broken WHERE seq = run_seq;
            outcome := 'broken'; detail := v_broken;
            v_ended := v_ended || run_seq;
          END IF;
          v_ready := v_ready OR v_open = 0;
          EXIT;
        END IF;
      END LOOP;
      IF outcome IS NULL THEN
        RAISE EXCEPTION 'run % was taken in and forgotten again and again', p_ids[i] USING ERRCODE = '40001';
      END IF;
      IF p_keys[i] IS NOT NULL AND outcome IN ('new', 'broken', 'duplicate') THEN
        INSERT INTO ${schema}.journal (run, key, kind, fingerprint, state, value)
          VALUES (p_parents[i], p_keys[i], 'child', to_json(p_names[i])::text, 'done', 'null')
          ON CONFLICT DO NOTHING;
      END IF;
      RETURN NEXT;
    END LOOP;
    IF v_ready THEN
      PERFORM pg_notify('${channel}', p_sender || ':ready:');
    END IF;
    IF cardinality(v_ended) > 0 THEN
      PERFORM pg_notify('${channel}', p_sender || ':ended:*');
    END IF;
  END $function$;
  `;
}
