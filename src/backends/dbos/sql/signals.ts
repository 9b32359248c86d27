/** Keeps signals, and hands them to waits. Functions of the database; names are quoted. */
import { PLANS } from './plans.ts';

export function signals(schema: string, channel: string): string {
  return `
  -- Keeps payloads, in order. A known key or delivery is ignored, and so is a run that has ended. Gives the places kept.
  CREATE OR REPLACE FUNCTION ${schema}.deliver(
    p_sender text, p_runs bigint[], p_names text[], p_payloads text[], p_dedupe_keys text[], p_deliveries uuid[]
  ) RETURNS SETOF integer LANGUAGE plpgsql ${PLANS} AS $function$
  BEGIN
    FOR i IN 1 .. cardinality(p_runs) LOOP
      INSERT INTO ${schema}.signals (run, name, payload, dedupe_key, delivery)
        SELECT seq, p_names[i], p_payloads[i], p_dedupe_keys[i], p_deliveries[i] FROM ${schema}.runs
        WHERE seq = p_runs[i] AND completed_at IS NULL ON CONFLICT DO NOTHING;
      IF FOUND THEN
        PERFORM pg_notify('${channel}', p_sender || ':signal:' || p_runs[i]);
        RETURN NEXT i;
      END IF;
    END LOOP;
  END $function$;

  -- Takes the first kept payload and notes it in the same breath. With p_over: or notes that none has come in time.
  CREATE OR REPLACE FUNCTION ${schema}.take_signal(
    p_run bigint, p_token bigint, p_workflow text, p_claim text, p_key text, p_name text, p_over boolean
  ) RETURNS TABLE (is_ours boolean, payload text) LANGUAGE plpgsql ${PLANS} AS $function$
  DECLARE
    v_seq bigint;
  BEGIN
    PERFORM 1 FROM ${schema}.runs WHERE seq = p_run AND token = p_token FOR SHARE;
    is_ours := FOUND AND ${schema}.is_owner(p_workflow, p_claim); payload := NULL;
    IF is_ours THEN
      SELECT j.value INTO payload FROM ${schema}.journal AS j WHERE j.run = p_run AND j.key = p_key AND j.state = 'done';
      IF NOT FOUND THEN
        SELECT s.seq, s.payload INTO v_seq, payload FROM ${schema}.signals AS s
          WHERE s.run = p_run AND s.name = p_name AND NOT s.taken ORDER BY s.seq LIMIT 1 FOR UPDATE;
        IF FOUND THEN
          UPDATE ${schema}.signals AS s SET taken = true WHERE s.seq = v_seq;
        ELSIF p_over THEN
          payload := 'null';
        END IF;
        IF payload IS NOT NULL THEN
          INSERT INTO ${schema}.journal (run, key, kind, fingerprint, state, value)
            VALUES (p_run, p_key, 'signal', to_json(p_name)::text, 'done', payload)
            ON CONFLICT (run, key) DO UPDATE SET state = excluded.state, value = excluded.value, due_at = NULL;
          UPDATE ${schema}.runs SET losses = 0 WHERE seq = p_run AND token = p_token AND losses > 0;
        END IF;
      END IF;
    END IF;
    RETURN NEXT;
  END $function$;
  `;
}
