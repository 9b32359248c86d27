/** The tables, in a schema of their own. A step of `migrations` is never changed once released: add another one. */

/** `schema` and `dbos` are quoted names. */
export function tables(schema: string): string {
  return `
  CREATE TABLE ${schema}.runs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    queue text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    priority float8 NOT NULL,
    rank float8 NOT NULL,             -- smaller is sooner; never changes while the run waits
    dependencies text NOT NULL,
    parent bigint,
    parent_id text,
    input text NOT NULL,              -- JSON as text: jsonb can't hold a NUL character
    output text NOT NULL DEFAULT 'null',
    error text,
    cause text,                       -- ended with another run, or with too many workers: the error is made when it is read
    cause_id text,
    created_at float8 NOT NULL,
    started_at float8,
    completed_at float8,
    ready_at float8 NOT NULL,
    blockers integer NOT NULL,        -- dependencies that have not completed
    dedupe_key text COLLATE "C",
    timeout_ms float8,
    deadline_at float8,
    owner text COLLATE "C",           -- the worker that has its function in memory
    token bigint NOT NULL DEFAULT 0,  -- fencing: whoever holds an older one writes nothing
    slot boolean NOT NULL DEFAULT false,
    losses integer NOT NULL DEFAULT 0, -- workers lost in a row without a finished step
    history text NOT NULL DEFAULT '[]'
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
  CREATE UNIQUE INDEX runs_id ON ${schema}.runs (tenant, id);
  CREATE INDEX runs_of_tenant ON ${schema}.runs (tenant, seq);
  CREATE UNIQUE INDEX runs_dedupe ON ${schema}.runs (tenant, dedupe_key)
    WHERE dedupe_key IS NOT NULL AND completed_at IS NULL;
  CREATE INDEX runs_fresh ON ${schema}.runs (queue, tenant, rank, seq) WHERE status = 'queued' AND started_at IS NULL;
  CREATE INDEX runs_again ON ${schema}.runs (queue, tenant, rank, seq) WHERE status = 'queued' AND started_at IS NOT NULL;
  CREATE INDEX runs_held ON ${schema}.runs (queue, tenant) WHERE slot;
  CREATE INDEX runs_waiting ON ${schema}.runs (queue) WHERE status = 'waiting';
  CREATE INDEX runs_suspect ON ${schema}.runs (owner) WHERE slot AND losses > 0;
  CREATE INDEX runs_delayed ON ${schema}.runs (ready_at) WHERE status = 'waiting' AND blockers = 0;
  CREATE INDEX runs_deadline ON ${schema}.runs (deadline_at) WHERE deadline_at IS NOT NULL AND completed_at IS NULL;
  CREATE INDEX runs_owner ON ${schema}.runs (owner) WHERE owner IS NOT NULL;
  CREATE INDEX runs_parent ON ${schema}.runs (parent) WHERE parent IS NOT NULL;
  CREATE INDEX runs_ended ON ${schema}.runs (completed_at) WHERE completed_at IS NOT NULL;

  CREATE TABLE ${schema}.dependencies (
    dependency bigint NOT NULL,
    run bigint NOT NULL,
    PRIMARY KEY (dependency, run)
  );
  CREATE INDEX dependencies_run ON ${schema}.dependencies (run);

  CREATE TABLE ${schema}.journal (
    run bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    fingerprint text,                 -- JSON
    state text NOT NULL,              -- open, done, failed
    value text NOT NULL,              -- JSON: what came of it, or the error
    due_at float8,
    PRIMARY KEY (run, key)
  );

  CREATE TABLE ${schema}.signals (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    payload text NOT NULL,
    dedupe_key text COLLATE "C",
    delivery uuid NOT NULL UNIQUE,    -- one delivery that is tried again is still one
    taken boolean NOT NULL DEFAULT false
  );
  CREATE INDEX signals_kept ON ${schema}.signals (run, name, seq) WHERE NOT taken;
  CREATE UNIQUE INDEX signals_dedupe ON ${schema}.signals (run, dedupe_key) WHERE dedupe_key IS NOT NULL;
  CREATE INDEX signals_run ON ${schema}.signals (run);

  CREATE TABLE ${schema}.state (
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text NOT NULL,
    version bigint NOT NULL,
    written_by uuid NOT NULL,         -- one write that is tried again knows itself
    PRIMARY KEY (tenant, key)
  );

  CREATE TABLE ${schema}.queues (
    name text COLLATE "C" PRIMARY KEY,
    concurrency integer,              -- null: no limit
    per_tenant integer,
    max_waiting integer,
    aging_ms float8,
    rate_limit integer,
    rate_ms float8,
    tenant_rate_limit integer,
    tenant_rate_ms float8,
    has_rates boolean NOT NULL DEFAULT false
  );
  CREATE TABLE ${schema}.queue_tenants (
    queue text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    concurrency integer,
    rate_limit integer,
    rate_ms float8,
    weight float8 NOT NULL DEFAULT 1,
    PRIMARY KEY (queue, tenant)
  );

  -- A tenant's place in a queue: start-time fair queueing. Only claims write here.
  CREATE TABLE ${schema}.lanes (
    queue text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    pass float8 NOT NULL,             -- when its next turn is due
    begun float8 NOT NULL,            -- when its last turn was
    turn bigint NOT NULL,             -- breaks ties: whoever was served longer ago
    PRIMARY KEY (queue, tenant)
  ) WITH (fillfactor = 50);

  -- First starts that a rate counts: of a queue (no tenant), or of a tenant in it.
  CREATE TABLE ${schema}.starts (
    queue text COLLATE "C" NOT NULL,
    tenant text COLLATE "C",
    at float8 NOT NULL
  );
  CREATE INDEX starts_of_queue ON ${schema}.starts (queue, at) WHERE tenant IS NULL;
  CREATE INDEX starts_of_tenant ON ${schema}.starts (queue, tenant, at) WHERE tenant IS NOT NULL;

  CREATE TABLE ${schema}.workers (
    id text COLLATE "C" PRIMARY KEY,
    executor text COLLATE "C" NOT NULL,
    pid integer NOT NULL,
    host text NOT NULL,
    started_at float8 NOT NULL,
    abilities text NOT NULL,
    max_losses integer NOT NULL
  );
  CREATE INDEX workers_executor ON ${schema}.workers (executor);
  `;
}
