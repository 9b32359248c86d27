/** The supervisor's tables and functions. Names are quoted; a version is never changed once released. */

/** Brings an empty schema to version 1. `dbos`: the schema of DBOS's own tables, of release 5.3.0. */
export function supervisionTables(schema: string, dbos: string): string {
  return `
  CREATE TABLE ${schema}.executors (
    id text COLLATE "C" PRIMARY KEY,  -- one life of one process
    application text COLLATE "C" NOT NULL,
    version text NOT NULL,
    sessions text[] NOT NULL,         -- the names of its connections
    on_death text[] NOT NULL,         -- statements that its death takes with it
    lease_ms integer NOT NULL,
    beat bigint NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'alive' CHECK (state IN ('alive', 'dead')),
    host text NOT NULL,
    pid integer NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    seen timestamptz NOT NULL DEFAULT now(),
    died timestamptz
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX executors_dead ON ${schema}.executors (died) WHERE state = 'dead';

  -- What was taken from dead executors: the history of runs that bring them down.
  CREATE TABLE ${schema}.takeovers (
    workflow text COLLATE "C" NOT NULL,
    executor text COLLATE "C" NOT NULL,
    attempts bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX takeovers_workflow ON ${schema}.takeovers (workflow, at);
  CREATE INDEX takeovers_at ON ${schema}.takeovers (at);

  -- Puts what still names a dead executor back into its queues. Waits for nothing: what is locked is for the next time.
  CREATE FUNCTION ${schema}.requeue(p_application text) RETURNS integer LANGUAGE plpgsql AS $function$
  DECLARE
    v_runs integer;
  BEGIN
    WITH stranded AS (
      SELECT w.workflow_uuid, w.executor_id FROM ${dbos}.workflow_status AS w
      JOIN ${schema}.executors AS e ON e.id = w.executor_id
      WHERE w.status = 'PENDING' AND e.state = 'dead' AND e.application = p_application
        AND (w.application_name = p_application OR w.application_name IS NULL)
      FOR UPDATE OF w SKIP LOCKED),
    moved AS (
      -- Without an owner, whoever still executes it can record nothing any more.
      UPDATE ${dbos}.workflow_status AS w SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL,
        updated_at = (extract(epoch FROM now()) * 1000)::bigint,
        queue_name = COALESCE(w.queue_name, '_dbos_internal_queue')
      FROM stranded AS s
      WHERE w.workflow_uuid = s.workflow_uuid AND w.status = 'PENDING' AND w.executor_id = s.executor_id
      RETURNING w.workflow_uuid, s.executor_id, w.recovery_attempts)
    INSERT INTO ${schema}.takeovers (workflow, executor, attempts)
      SELECT workflow_uuid, executor_id, COALESCE(recovery_attempts, 0) FROM moved;
    GET DIAGNOSTICS v_runs = ROW_COUNT;
    RETURN v_runs;
  END $function$;

  -- Declares an executor dead if it has given no sign of life since beat p_beat (null: at once), ends its sessions, and
  -- hands its runs over: all of it or nothing. How many runs; -1 when it lives or was dead already.
  CREATE FUNCTION ${schema}.bury(p_id text, p_beat bigint) RETURNS integer LANGUAGE plpgsql AS $function$
  DECLARE
    v_dead ${schema}.executors;
    v_statement text;
  BEGIN
    UPDATE ${schema}.executors SET state = 'dead', died = clock_timestamp()
      WHERE id = p_id AND state = 'alive' AND (p_beat IS NULL OR beat = p_beat) RETURNING * INTO v_dead;
    IF NOT FOUND THEN
      RETURN -1;
    END IF;
    -- A process that froze inside a transaction holds locks on its runs.
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = ANY (v_dead.sessions)
        AND (pg_has_role(usesysid, 'USAGE') OR pg_has_role('pg_signal_backend', 'USAGE'));
    FOREACH v_statement IN ARRAY v_dead.on_death LOOP
      EXECUTE v_statement USING p_id;
    END LOOP;
    RETURN ${schema}.requeue(v_dead.application);
  END $function$;

  -- One supervisor at a time does the work of all; the others go away at once. Null: it is another one's turn.
  CREATE FUNCTION ${schema}.take_turn(p_lock bigint, p_application text, p_id text, p_beat bigint) RETURNS integer
  LANGUAGE plpgsql AS $function$
  BEGIN
    IF NOT pg_try_advisory_xact_lock(p_lock) THEN
      RETURN NULL;
    END IF;
    RETURN CASE WHEN p_id IS NULL THEN ${schema}.requeue(p_application) ELSE ${schema}.bury(p_id, p_beat) END;
  END $function$;

  -- The dead are kept as long as something can name them.
  CREATE FUNCTION ${schema}.forget(p_before timestamptz) RETURNS void LANGUAGE plpgsql AS $function$
  BEGIN
    DELETE FROM ${schema}.executors AS e WHERE e.state = 'dead' AND e.died < p_before
      AND NOT EXISTS (SELECT FROM ${dbos}.workflow_status AS w WHERE w.status = 'PENDING' AND w.executor_id = e.id);
    DELETE FROM ${schema}.takeovers AS t WHERE t.at < p_before
      AND NOT EXISTS (SELECT FROM ${dbos}.workflow_status AS w WHERE w.workflow_uuid = t.workflow);
  END $function$;

  CREATE TABLE ${schema}.schema_version (
    version integer NOT NULL,
    dbos text                         -- the release of DBOS whose tables are known to be complete
  );
  INSERT INTO ${schema}.schema_version VALUES (1);
  `;
}

export const SUPERVISION_VERSION = 1;

/** Quoted name of the supervisor's schema, beside DBOS's. */
export function supervisionSchema(dbosSchema: string): string {
  return `"${dbosSchema}_supervision"`;
}
