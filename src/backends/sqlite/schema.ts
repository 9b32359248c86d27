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
];
