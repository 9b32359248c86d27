/** Who gets the next slot: tenants of a queue take turns over all processes; within a tenant rank decides, then age. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { checkInteger, checkNumber, checkObject } from '../../shared/check.ts';
import type { Database } from './database.ts';
import type { RunRow } from './run-row.ts';

interface QueueRow {
  readonly queue: string;
  readonly concurrency: number | null;
  readonly per_tenant: number | null;
  readonly held: number;
}

export interface ClaimRequest {
  readonly worker: string;
  /** Names of functions this process has, as a JSON array. */
  readonly names: string;
  /** Most to take. */
  readonly limit: number;
  /** Only runs whose function is in this process's memory already. */
  readonly isResuming: boolean;
  readonly now: number;
}

export class Claims {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Gives slots out. A run that is new here gets a new token: whoever had it before can write no more. */
  take(request: ClaimRequest): readonly RunRow[] {
    // A look costs no lock; most looks find nothing.
    if (request.limit <= 0 || this.#database.get('SELECT 1 FROM lanes WHERE ready > 0 LIMIT 1') === undefined)
      return [];
    return this.#database.transaction(() => this.#take(request));
  }

  #take(request: ClaimRequest): readonly RunRow[] {
    const taken: RunRow[] = [];
    let queues = this.#queues().map((row) => ({ ...row, room: (row.concurrency ?? Infinity) - row.held }));
    // Queues take turns too, so that a wide one does not use up what this process can do.
    while (queues.length > 0 && taken.length < request.limit) {
      queues = queues.filter((queue) => {
        if (queue.room <= 0 || taken.length >= request.limit) return false;
        const run = this.#next(queue, request);
        if (run === undefined) return false;
        queue.room -= 1;
        taken.push(run);
        return true;
      });
    }
    return taken;
  }

  /** Sets limits. What is left out goes back to its default. Throws `invalid-argument`, and changes nothing then. */
  configure(queue: string, options: QueueOptions): void {
    checkObject('options', options);
    const {
      concurrency = Infinity,
      perTenant = Infinity,
      maxWaiting = Infinity,
      agingSeconds = Infinity,
    } = options;
    for (const [name, limit] of Object.entries({ concurrency, perTenant, maxWaiting })) {
      if (limit !== Infinity) checkInteger(name, limit, 1);
    }
    checkNumber('agingSeconds', agingSeconds, 0.001);
    const limits = [concurrency, perTenant, maxWaiting, agingSeconds * 1000].map((limit) =>
      limit === Infinity ? null : limit,
    );
    const agingMs = limits[3] ?? null;
    const database = this.#database;
    database.transaction(() => {
      const known = database.get<{ aging_ms: number | null }>(
        'SELECT aging_ms FROM queues WHERE name = ?',
        queue,
      );
      database.run(
        `INSERT INTO queues (name, concurrency, per_tenant, max_waiting, aging_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET concurrency = excluded.concurrency, per_tenant = excluded.per_tenant,
           max_waiting = excluded.max_waiting, aging_ms = excluded.aging_ms`,
        queue,
        ...limits,
      );
      if ((known?.aging_ms ?? null) === agingMs) return;
      database.run(
        `UPDATE runs SET rank = CASE WHEN ?1 IS NULL THEN 0.0 ELSE created_at / ?1 END - priority
         WHERE queue = ?2 AND completed_at IS NULL`,
        agingMs,
        queue,
      );
    });
  }

  #queues(): readonly QueueRow[] {
    return this.#database.all<QueueRow>(
      `SELECT lanes.queue AS queue, concurrency, per_tenant, total(held) AS held FROM lanes
       LEFT JOIN queues ON queues.name = lanes.queue
       GROUP BY lanes.queue HAVING sum(ready) > 0`,
    );
  }

  #next({ queue, per_tenant }: QueueRow, request: ClaimRequest): RunRow | undefined {
    const lanes = this.#database.all<{ tenant: string }>(
      'SELECT tenant FROM lanes WHERE queue = ? AND ready > 0 AND held < ? ORDER BY turn',
      queue,
      per_tenant ?? Number.MAX_SAFE_INTEGER,
    );
    for (const { tenant } of lanes) {
      const run = this.#claim(queue, tenant, request);
      if (run === undefined) continue;
      this.#database.run(
        'UPDATE lanes SET turn = (SELECT max(turn) FROM lanes WHERE queue = ?1) + 1 WHERE queue = ?1 AND tenant = ?2',
        queue,
        tenant,
      );
      return run;
    }
    return undefined;
  }

  #claim(
    queue: string,
    tenant: string,
    { worker, names, isResuming, now }: ClaimRequest,
  ): RunRow | undefined {
    return this.#database.get<RunRow>(
      `UPDATE runs SET status = 'running', slot = 1, owner = ?1, token = token + (owner IS NULL),
         started_at = coalesce(started_at, ?2), deadline_at = coalesce(deadline_at, ?2 + timeout_ms)
       WHERE seq = (
         SELECT seq FROM runs WHERE queue = ?3 AND tenant = ?4 AND status = 'queued'
           AND (owner = ?1 OR (owner IS NULL AND ?5 = 0 AND name IN (SELECT value FROM json_each(?6))
             -- Of runs that lost a worker, one at a time: should it bring this one down too, the others are not blamed.
             AND (losses = 0 OR NOT EXISTS (
               SELECT 1 FROM runs AS suspect WHERE suspect.owner = ?1 AND suspect.losses > 0 AND suspect.slot = 1))))
         ORDER BY rank, seq LIMIT 1)
       RETURNING *`,
      worker,
      now,
      queue,
      tenant,
      isResuming ? 1 : 0,
      names,
    );
  }
}
