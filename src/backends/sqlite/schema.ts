/** The tables, and how an older file is brought to them. A step here is never changed once released: add another one. */

/** Says whose file it is: `autg` in ASCII. */
export const APPLICATION_ID = 0x61757467;

/** Each brings a file one version up. The file's `user_version` counts how many it has had. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    queue TEXT NOT NULL,
    status TEXT NOT NULL,
    priority REAL NOT NULL,
    rank REAL NOT NULL,            -- smaller is sooner; never changes while the run waits
    dependencies TEXT NOT NULL,
    parent INTEGER,
    parent_id TEXT,
    input TEXT NOT NULL,
    output TEXT NOT NULL DEFAULT 'null',
    error TEXT,
    created_at REAL NOT NULL,
    started_at REAL,
    completed_at REAL,
    ready_at REAL NOT NULL,
    blockers INTEGER NOT NULL,     -- dependencies that have not completed
    dedupe_key TEXT,
    timeout_ms REAL,
    deadline_at REAL,
    owner TEXT,                    -- the worker that has its function in memory
    token INTEGER NOT NULL DEFAULT 0,  -- fencing: whoever holds an older one writes nothing
    slot INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0, -- workers lost in a row without a finished step
    history TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE UNIQUE INDEX runs_id ON runs (tenant, id);
  CREATE UNIQUE INDEX runs_dedupe ON runs (tenant, dedupe_key) WHERE dedupe_key IS NOT NULL AND completed_at IS NULL;
  CREATE INDEX runs_ready ON runs (queue, tenant, rank, seq) WHERE status = 'queued';
  CREATE INDEX runs_delayed ON runs (ready_at) WHERE status = 'waiting' AND blockers = 0;
  CREATE INDEX runs_deadline ON runs (deadline_at) WHERE deadline_at IS NOT NULL AND completed_at IS NULL;
  CREATE INDEX runs_owner ON runs (owner) WHERE owner IS NOT NULL;
  CREATE INDEX runs_parent ON runs (parent) WHERE parent IS NOT NULL;
  CREATE INDEX runs_ended ON runs (completed_at) WHERE completed_at IS NOT NULL;

  CREATE TABLE dependencies (
    dependency INTEGER NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (dependency, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX dependencies_run ON dependencies (run);

  CREATE TABLE journal (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT,
    state TEXT NOT NULL,           -- open, done, failed
    value TEXT NOT NULL,           -- JSON: what came of it, or the error
    due_at REAL,
    PRIMARY KEY (run, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE signals (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    name TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe_key TEXT,
    taken INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX signals_kept ON signals (run, name, seq) WHERE taken = 0;
  CREATE UNIQUE INDEX signals_dedupe ON signals (run, dedupe_key) WHERE dedupe_key IS NOT NULL;
  CREATE INDEX signals_run ON signals (run);

  CREATE TABLE state (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE queues (
    name TEXT PRIMARY KEY,
    concurrency INTEGER,           -- null: no limit
    per_tenant INTEGER,
    max_waiting INTEGER,
    aging_ms REAL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at REAL NOT NULL,
    lease_until REAL NOT NULL,
    functions TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- One row for a tenant in a queue: how many are ready, hold slots, have not started; and when it had its last turn.
  CREATE TABLE lanes (
    queue TEXT NOT NULL,
    tenant TEXT NOT NULL,
    ready INTEGER NOT NULL,
    held INTEGER NOT NULL,
    unstarted INTEGER NOT NULL,
    turn INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (queue, tenant)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX lanes_ready ON lanes (queue, turn) WHERE ready > 0;

  CREATE TRIGGER runs_added AFTER INSERT ON runs BEGIN
    INSERT INTO lanes (queue, tenant, ready, held, unstarted)
    VALUES (NEW.queue, NEW.tenant, NEW.status = 'queued', NEW.slot, NEW.completed_at IS NULL)
    ON CONFLICT DO UPDATE SET ready = ready + excluded.ready, held = held + excluded.held,
      unstarted = unstarted + excluded.unstarted;
  END;
  CREATE TRIGGER runs_moved AFTER UPDATE OF status, slot, started_at, completed_at ON runs BEGIN
    UPDATE lanes SET
      ready = ready + (NEW.status = 'queued') - (OLD.status = 'queued'),
      held = held + NEW.slot - OLD.slot,
      unstarted = unstarted + (NEW.started_at IS NULL AND NEW.completed_at IS NULL)
        - (OLD.started_at IS NULL AND OLD.completed_at IS NULL)
    WHERE queue = NEW.queue AND tenant = NEW.tenant;
  END;
  `,
  `
  -- Rates, limits for single tenants, weighted turns; and sums by queue, so that finding work never reads all lanes.
  ALTER TABLE queues ADD COLUMN rate_limit INTEGER;
  ALTER TABLE queues ADD COLUMN rate_ms REAL;
  ALTER TABLE queues ADD COLUMN tenant_rate_limit INTEGER;
  ALTER TABLE queues ADD COLUMN tenant_rate_ms REAL;
  ALTER TABLE queues ADD COLUMN has_rates INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queues ADD COLUMN has_tenants INTEGER NOT NULL DEFAULT 0;  -- exceptions by tenant
  ALTER TABLE queues ADD COLUMN opens_at REAL NOT NULL DEFAULT 0;  -- its rate lets no run start before
  ALTER TABLE queues ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;   -- the turn that was given last
  ALTER TABLE queues ADD COLUMN ready INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queues ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queues ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queues ADD COLUMN unstarted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE lanes ADD COLUMN again INTEGER NOT NULL DEFAULT 0;   -- of the ready ones, those that have started before
  ALTER TABLE lanes ADD COLUMN opens_at REAL NOT NULL DEFAULT 0;
  CREATE TABLE queue_tenants (
    queue TEXT NOT NULL,
    tenant TEXT NOT NULL,
    concurrency INTEGER,
    rate_limit INTEGER,
    rate_ms REAL,
    price INTEGER NOT NULL,        -- what one turn costs: less for a heavier tenant
    PRIMARY KEY (queue, tenant)
  ) STRICT, WITHOUT ROWID;
  -- The newest starts that a rate counts, numbered; the tenant is '' for those of the whole queue.
  CREATE TABLE starts (
    queue TEXT NOT NULL,
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (queue, tenant, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_tenant ON runs (tenant);
  CREATE INDEX runs_again ON runs (queue, tenant, rank, seq) WHERE status = 'queued' AND started_at IS NOT NULL;
  -- Ended by one process while the function is at work in another one.
  CREATE INDEX runs_leaving ON runs (owner) WHERE owner IS NOT NULL AND completed_at IS NOT NULL;
  CREATE INDEX lanes_again ON lanes (queue, turn) WHERE again > 0;

  DROP TRIGGER runs_added;
  DROP TRIGGER runs_moved;
  CREATE TRIGGER runs_added AFTER INSERT ON runs BEGIN
    INSERT INTO lanes (queue, tenant, ready, held, unstarted)
    VALUES (NEW.queue, NEW.tenant, NEW.status = 'queued', NEW.slot, NEW.completed_at IS NULL)
    ON CONFLICT DO UPDATE SET ready = ready + excluded.ready, held = held + excluded.held,
      unstarted = unstarted + excluded.unstarted;
    INSERT INTO queues (name, ready, held, unstarted)
    VALUES (NEW.queue, NEW.status = 'queued', NEW.slot, NEW.completed_at IS NULL)
    ON CONFLICT DO UPDATE SET ready = ready + excluded.ready, held = held + excluded.held,
      unstarted = unstarted + excluded.unstarted;
  END;
  CREATE TRIGGER runs_moved AFTER UPDATE OF status, slot, started_at, completed_at ON runs
  WHEN (NEW.status = 'queued') <> (OLD.status = 'queued') OR NEW.slot <> OLD.slot
    OR (NEW.started_at IS NULL AND NEW.completed_at IS NULL) <> (OLD.started_at IS NULL AND OLD.completed_at IS NULL)
  BEGIN
    UPDATE lanes SET
      ready = ready + (NEW.status = 'queued') - (OLD.status = 'queued'),
      again = again + (NEW.status = 'queued' AND NEW.started_at IS NOT NULL)
        - (OLD.status = 'queued' AND OLD.started_at IS NOT NULL),
      held = held + NEW.slot - OLD.slot,
      unstarted = unstarted + (NEW.started_at IS NULL AND NEW.completed_at IS NULL)
        - (OLD.started_at IS NULL AND OLD.completed_at IS NULL)
    WHERE queue = NEW.queue AND tenant = NEW.tenant;
    UPDATE queues SET
      ready = ready + (NEW.status = 'queued') - (OLD.status = 'queued'),
      again = again + (NEW.status = 'queued' AND NEW.started_at IS NOT NULL)
        - (OLD.status = 'queued' AND OLD.started_at IS NOT NULL),
      held = held + NEW.slot - OLD.slot,
      unstarted = unstarted + (NEW.started_at IS NULL AND NEW.completed_at IS NULL)
        - (OLD.started_at IS NULL AND OLD.completed_at IS NULL)
    WHERE name = NEW.queue;
  END;

  UPDATE lanes SET again = (
    SELECT count(*) FROM runs WHERE runs.queue = lanes.queue AND runs.tenant = lanes.tenant
      AND status = 'queued' AND started_at IS NOT NULL);
  INSERT INTO queues (name, ready, again, held, unstarted, turn)
  SELECT queue, sum(ready), sum(again), sum(held), sum(unstarted), max(turn) FROM lanes WHERE true GROUP BY queue
  ON CONFLICT DO UPDATE SET ready = excluded.ready, again = excluded.again, held = excluded.held,
    unstarted = excluded.unstarted, turn = excluded.turn;
  `,
];
