/** Ends runs, and lets go of them. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function ending(schema: string, dbos: string, channel: string): string {
  return `
  -- Whether DBOS still counts this execution as the one of the workflow. Only called where DBOS has its tables.
  CREATE OR REPLACE FUNCTION ${schema}.is_owner(p_workflow text, p_claim text) RETURNS boolean LANGUAGE plpgsql STABLE AS $function$
  BEGIN
    RETURN EXISTS (SELECT 1 FROM ${dbos}.workflow_status WHERE workflow_uuid = p_workflow AND owner_xid = p_claim);
  END $function$;

  -- Ends open runs, and with each what can't go on without it. With a token: by the worker that has the run, whose
  -- function has returned; without: from outside, and the worker keeps the slot until the function has returned.
  CREATE OR REPLACE FUNCTION ${schema}.end_runs(
    p_sender text, p_worker text, p_seqs bigint[], p_tokens bigint[], p_workflows text[], p_claims text[],
    p_statuses text[], p_outputs text[], p_errors text[], p_causes text[], p_now float8
  ) RETURNS SETOF ${schema}.runs LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_all bigint[];
    v_completed bigint[];
    v_broken bigint[];
    v_cancelled bigint[];
    v_next bigint[];
  BEGIN
    WITH ended AS (
      UPDATE ${schema}.runs AS r SET status = g.status, output = g.output, error = g.error, cause = g.cause,
        completed_at = p_now, token = r.token + 1,
        owner = CASE WHEN g.token IS NULL THEN r.owner END, slot = r.slot AND g.token IS NULL
      FROM unnest(p_seqs, p_tokens, p_workflows, p_claims, p_statuses, p_outputs, p_errors, p_causes)
        AS g (seq, token, workflow, claim, status, output, error, cause)
      WHERE r.seq = g.seq AND r.completed_at IS NULL
        AND (g.token IS NULL OR (r.token = g.token AND ${schema}.is_owner(g.workflow, g.claim)))
      RETURNING r.seq, r.status)
    SELECT coalesce(array_agg(seq), '{}'), coalesce(array_agg(seq) FILTER (WHERE status = 'completed'), '{}'),
      coalesce(array_agg(seq) FILTER (WHERE status <> 'completed'), '{}'),
      coalesce(array_agg(seq) FILTER (WHERE status = 'cancelled'), '{}')
      INTO v_all, v_completed, v_broken, v_cancelled FROM ended;
    -- What was ended from outside while its function worked gives its slot back now.
    UPDATE ${schema}.runs AS r SET owner = NULL, slot = false
      FROM unnest(p_seqs, p_tokens) AS g (seq, token)
      WHERE r.seq = g.seq AND g.token IS NOT NULL AND r.owner = p_worker
        AND r.status IN ('completed', 'failed', 'cancelled');
    IF cardinality(v_completed) > 0 THEN
      UPDATE ${schema}.runs AS r SET blockers = r.blockers - d.count,
        status = CASE WHEN r.blockers = d.count AND r.ready_at <= p_now AND r.status = 'waiting' THEN 'queued' ELSE r.status END
        FROM (SELECT run, count(*) AS count FROM ${schema}.dependencies WHERE dependency = ANY (v_completed) GROUP BY run) AS d
        WHERE r.seq = d.run AND r.completed_at IS NULL;
    END IF;
    WHILE cardinality(v_broken) > 0 LOOP
      WITH doomed AS (
        SELECT DISTINCT ON (seq) seq, cause, cause_id FROM (
          SELECT d.run AS seq, 'dependency' AS cause, e.id AS cause_id
            FROM ${schema}.dependencies AS d JOIN ${schema}.runs AS e ON e.seq = d.dependency
            WHERE d.dependency = ANY (v_broken)
          UNION ALL
          SELECT c.seq, 'parent', c.parent_id FROM ${schema}.runs AS c WHERE c.parent = ANY (v_cancelled)) AS each
        ORDER BY seq),
      ended AS (
        UPDATE ${schema}.runs AS r SET status = 'cancelled', output = 'null', cause = d.cause, cause_id = d.cause_id,
          completed_at = p_now, token = r.token + 1
        FROM doomed AS d WHERE r.seq = d.seq AND r.completed_at IS NULL RETURNING r.seq)
      SELECT coalesce(array_agg(seq), '{}') INTO v_next FROM ended;
      v_all := v_all || v_next;
      v_broken := v_next;
      v_cancelled := v_next;
    END LOOP;
    IF cardinality(v_all) > 0 THEN
      PERFORM pg_notify('${channel}', p_sender || ':ended:' ||
        CASE WHEN cardinality(v_all) > 300 THEN '*' ELSE array_to_string(v_all, ',') END);
    END IF;
    RETURN QUERY SELECT * FROM ${schema}.runs WHERE seq = ANY (v_all);
  END $function$;

  -- Lets go of runs: an open one queues again for anybody, an ended one frees its slot.
  CREATE OR REPLACE FUNCTION ${schema}.release_runs(p_sender text, p_worker text, p_seqs bigint[], p_tokens bigint[])
  RETURNS void LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    UPDATE ${schema}.runs AS r SET owner = NULL, slot = false, token = r.token + 1,
      status = CASE WHEN r.completed_at IS NULL THEN 'queued' ELSE r.status END
      FROM unnest(p_seqs, p_tokens) AS g (seq, token)
      WHERE r.seq = g.seq AND r.owner = p_worker AND (r.completed_at IS NOT NULL OR r.token = g.token);
    IF FOUND THEN
      PERFORM pg_notify('${channel}', p_sender || ':ready:');
    END IF;
  END $function$;

  -- DBOS has given this attempt to somebody else: the run goes to whoever can do it.
  CREATE OR REPLACE FUNCTION ${schema}.hand_over(p_sender text, p_seq bigint, p_token bigint)
  RETURNS boolean LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    UPDATE ${schema}.runs SET owner = NULL, slot = false, token = token + 1, status = 'queued'
      WHERE seq = p_seq AND token = p_token AND completed_at IS NULL;
    IF FOUND THEN
      PERFORM pg_notify('${channel}', p_sender || ':ready:');
      PERFORM pg_notify('${channel}', p_sender || ':moved:' || p_seq);
      RETURN true;
    END IF;
    RETURN false;
  END $function$;
  `;
}
