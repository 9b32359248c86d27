/** Writes what runs have done. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function journal(schema: string, dbos: string): string {
  return `
  -- Writes entries of runs that are still the writer's, by its own token and by DBOS's. Gives the places written.
  CREATE OR REPLACE FUNCTION ${schema}.note(
    p_runs bigint[], p_tokens bigint[], p_workflows text[], p_claims text[], p_keys text[], p_kinds text[],
    p_fingerprints text[], p_states text[], p_values text[], p_due float8[]
  ) RETURNS SETOF integer LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    -- What was finished shows that the run is not one that brings its workers down.
    UPDATE ${schema}.runs AS r SET losses = 0 FROM unnest(p_runs, p_tokens, p_states) AS g (run, token, state)
      WHERE r.seq = g.run AND r.token = g.token AND g.state <> 'open' AND r.losses > 0;
    RETURN QUERY
    WITH ours AS MATERIALIZED (
      SELECT g.* FROM unnest(p_runs, p_tokens, p_workflows, p_claims, p_keys, p_kinds, p_fingerprints, p_states, p_values, p_due)
        WITH ORDINALITY AS g (run, token, workflow, claim, key, kind, fingerprint, state, value, due_at, place)
        JOIN ${schema}.runs AS r ON r.seq = g.run AND r.token = g.token
        JOIN ${dbos}.workflow_status AS w ON w.workflow_uuid = g.workflow AND w.owner_xid = g.claim
      FOR SHARE OF r),
    written AS (
      INSERT INTO ${schema}.journal (run, key, kind, fingerprint, state, value, due_at)
      SELECT run, key, kind, fingerprint, state, value, due_at FROM ours
      ON CONFLICT (run, key) DO UPDATE SET state = excluded.state, value = excluded.value, due_at = excluded.due_at)
    SELECT place::integer FROM ours;
  END $function$;
  `;
}
