/** Sees workers off, the living and the dead. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function workers(schema: string, channel: string): string {
  return `
  -- Goodbye: what this worker held goes to the others at once, and counts as no loss.
  CREATE OR REPLACE FUNCTION ${schema}.leave(p_sender text, p_worker text) RETURNS void LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    DELETE FROM ${schema}.workers WHERE id = p_worker;
    UPDATE ${schema}.runs SET owner = NULL, slot = false, token = token + 1,
      status = CASE WHEN completed_at IS NULL THEN 'queued' ELSE status END WHERE owner = p_worker;
    PERFORM pg_notify('${channel}', p_sender || ':ready:');
  END $function$;

  -- An executor was declared dead, in the same transaction: what its workers held goes to the others. A run that was at
  -- work has lost a worker; one that lost too many in a row is given up.
  CREATE OR REPLACE FUNCTION ${schema}.bury(p_executor text) RETURNS void LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_now float8 := floor(extract(epoch FROM clock_timestamp()) * 1000);
    v_workers text[];
    v_losses integer;
    v_poison bigint[];
  BEGIN
    -- First: a claim that is under way ends before, one that comes later finds no worker.
    WITH dead AS (DELETE FROM ${schema}.workers WHERE executor = p_executor RETURNING id, max_losses)
      SELECT array_agg(id), min(max_losses) INTO v_workers, v_losses FROM dead;
    IF v_workers IS NULL THEN
      RETURN;
    END IF;
    WITH taken AS (
      UPDATE ${schema}.runs AS r SET owner = NULL, slot = false, token = r.token + 1,
        losses = r.losses + CASE WHEN r.status = 'running' THEN 1 ELSE 0 END,
        history = CASE WHEN r.status = 'running' THEN (
          SELECT json_agg(each ORDER BY place) FROM (
            SELECT each, place FROM json_array_elements((r.history::jsonb || jsonb_build_object('worker', r.owner, 'lostAt', v_now))::json)
              WITH ORDINALITY AS known (each, place) ORDER BY place DESC LIMIT 20) AS last)::text ELSE r.history END,
        status = CASE WHEN r.completed_at IS NULL THEN 'queued' ELSE r.status END
      WHERE r.owner = ANY (v_workers) RETURNING r.seq, r.completed_at, r.losses)
    SELECT array_agg(seq) INTO v_poison FROM taken WHERE completed_at IS NULL AND losses >= v_losses;
    IF v_poison IS NOT NULL THEN
      PERFORM ${schema}.end_runs('', '', v_poison, array_fill(NULL::bigint, ARRAY[cardinality(v_poison)]),
        array_fill(NULL::text, ARRAY[cardinality(v_poison)]), array_fill(NULL::text, ARRAY[cardinality(v_poison)]),
        array_fill('failed'::text, ARRAY[cardinality(v_poison)]), array_fill('null'::text, ARRAY[cardinality(v_poison)]),
        array_fill(NULL::text, ARRAY[cardinality(v_poison)]), array_fill('losses'::text, ARRAY[cardinality(v_poison)]), v_now);
    END IF;
    PERFORM pg_notify('${channel}', ':ready:');
  END $function$;

  -- Forgets ended runs, with all that was theirs.
  CREATE OR REPLACE FUNCTION ${schema}.forget(p_seqs bigint[]) RETURNS void LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    DELETE FROM ${schema}.journal WHERE run = ANY (p_seqs);
    DELETE FROM ${schema}.signals WHERE run = ANY (p_seqs);
    DELETE FROM ${schema}.dependencies WHERE run = ANY (p_seqs);
    DELETE FROM ${schema}.dependencies WHERE dependency = ANY (p_seqs);
    DELETE FROM ${schema}.runs WHERE seq = ANY (p_seqs) AND completed_at IS NOT NULL;
    -- A lane that others have overtaken tells nothing any more, unless its tenant has runs at hand.
    DELETE FROM ${schema}.lanes AS l
      WHERE EXISTS (SELECT 1 FROM ${schema}.lanes AS o WHERE o.queue = l.queue AND o.begun >= l.pass)
      AND NOT EXISTS (SELECT 1 FROM ${schema}.runs AS r
        WHERE r.queue = l.queue AND r.tenant = l.tenant AND r.status = 'queued' AND r.started_at IS NULL);
  END $function$;
  `;
}
