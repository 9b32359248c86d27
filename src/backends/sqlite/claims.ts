/** Who gets the next slot: tenants of a queue take turns over all processes; within a tenant rank decides, then age. */
import type { Rate } from '../driving/queue-limits.ts';
import type { RunRow } from '../driving/run-row.ts';
import type { Abilities } from './abilities.ts';
import type { Database } from './database.ts';
import { ForeignTurns } from './foreign-turns.ts';
import { TURN_PRICE } from './queue-settings.ts';
import { StartRates } from './start-rates.ts';

/** A queue that has ready runs. */
interface QueueRow {
  readonly name: string;
  readonly per_tenant: number | null;
  readonly rate_limit: number | null;
  readonly rate_ms: number | null;
  readonly tenant_rate_limit: number | null;
  readonly tenant_rate_ms: number | null;
  readonly again: number;
  readonly has_tenants: number;
  /** Slots that are free. */
  room: number;
  opens_at: number;
  turn: number;
}

/** A tenant in it whose turn may be next. */
interface LaneRow {
  readonly tenant: string;
  readonly turn: number;
  readonly opens_at: number;
  readonly price: number;
  readonly rate_limit: number | null;
  readonly rate_ms: number | null;
}

export interface ClaimRequest {
  readonly worker: string;
  /** What this process can do. */
  readonly abilities: Abilities;
  /** Most to take. */
  readonly limit: number;
  /** Only runs whose function is in this process's memory already. */
  readonly isResuming: boolean;
  readonly now: number;
}

/** Queues with a slot to give; some by a rate only to runs that go on. */
const WITH_ROOM = `ready > 0 AND (concurrency IS NULL OR held < concurrency) AND (opens_at <= ? OR again > 0)`;

const COMMON_TERMS = `${TURN_PRICE} AS price, NULL AS rate_limit, NULL AS rate_ms FROM lanes`;
const OWN_TERMS = `coalesce(price, ${TURN_PRICE}) AS price, rate_limit, rate_ms FROM lanes
  LEFT JOIN queue_tenants AS own ON own.queue = lanes.queue AND own.tenant = lanes.tenant`;

export class Claims {
  readonly #database: Database;
  readonly #starts: StartRates;
  readonly #foreignTurns: ForeignTurns;

  /** `pollMs`: how often other processes look for slots that are free. */
  constructor(database: Database, pollMs: number) {
    this.#database = database;
    this.#starts = new StartRates(database);
    this.#foreignTurns = new ForeignTurns(database, pollMs);
  }

  /**
   * Gives slots out. A run that is new here gets a new token: whoever had it before can write no more. A worker that was
   * given up gets nothing: a run under its name would be taken back by nobody.
   */
  take(request: ClaimRequest): readonly RunRow[] {
    if (request.limit <= 0) return [];
    // A look costs no lock; most looks find nothing.
    if (this.#database.get(`SELECT 1 FROM queues WHERE ${WITH_ROOM} LIMIT 1`, request.now) === undefined) {
      this.#foreignTurns.look(request);
      return [];
    }
    return this.#database.transaction(() => {
      const isKnown = this.#database.get('SELECT 1 FROM workers WHERE id = ?', request.worker) !== undefined;
      return isKnown ? this.#take(request) : [];
    });
  }

  /** When a rate next lets a run start that nothing else holds back; undefined when there is none. */
  nextStartAt(now: number): number | undefined {
    const { at } = this.#database.get<{ at: number | null }>(
      `SELECT min(max(queues.opens_at, lanes.opens_at)) AS at FROM queues JOIN lanes ON lanes.queue = queues.name
       WHERE has_rates = 1 AND queues.ready > 0 AND (concurrency IS NULL OR queues.held < concurrency)
         AND lanes.ready > lanes.again AND max(queues.opens_at, lanes.opens_at) > ?`,
      now,
    ) ?? { at: null };
    return at ?? undefined;
  }

  #take(request: ClaimRequest): readonly RunRow[] {
    const taken: RunRow[] = [];
    const all = this.#database.all<QueueRow>(
      `SELECT name, per_tenant, rate_limit, rate_ms, tenant_rate_limit, tenant_rate_ms, opens_at, turn, again,
         has_tenants,
         coalesce(concurrency, ${Number.MAX_SAFE_INTEGER}) - held AS room FROM queues WHERE ${WITH_ROOM}`,
      request.now,
    );
    const served = new Set<QueueRow>();
    // Queues take turns too, so that a wide one does not use up what this process can do.
    for (let queues = all; queues.length > 0 && taken.length < request.limit; ) {
      queues = queues.filter((queue) => {
        if (queue.room <= 0 || taken.length >= request.limit) return false;
        const run = this.#next(queue, request);
        if (run === undefined) return false;
        queue.room -= 1;
        served.add(queue);
        taken.push(run);
        return true;
      });
    }
    for (const { name, turn, opens_at: opensAt } of served)
      this.#database.run('UPDATE queues SET turn = ?, opens_at = ? WHERE name = ?', turn, opensAt, name);
    return taken;
  }

  #next(queue: QueueRow, request: ClaimRequest): RunRow | undefined {
    const mayStart = !request.isResuming && queue.opens_at <= request.now;
    if (!mayStart && queue.again === 0) return undefined;
    const isScarce = queue.room <= 1 || (mayStart && queue.rate_limit !== null);
    if (isScarce && !request.isResuming && this.#foreignTurns.isLeft(queue, request, mayStart))
      return undefined;
    const { name, per_tenant: perTenant } = queue;
    const { tenants } = request.abilities;
    // Lanes in the order of their turns; start-time fair queueing: nobody saves up turns while it has no runs.
    return this.#database.find<LaneRow, RunRow>(
      `SELECT lanes.tenant AS tenant, turn, opens_at, ${queue.has_tenants ? OWN_TERMS : COMMON_TERMS}
       WHERE lanes.queue = ?1 AND ${mayStart ? 'ready > 0 AND (opens_at <= ?3 OR again > 0)' : 'again > 0 AND ?3 > 0'}
         AND held < ${queue.has_tenants ? 'coalesce(own.concurrency, ?2)' : '?2'}
         ${tenants === null ? '' : 'AND lanes.tenant IN (SELECT value FROM json_each(?4))'}
       ORDER BY turn`,
      (lane) => this.#claim(queue, lane, request, mayStart && lane.opens_at <= request.now),
      name,
      perTenant ?? Number.MAX_SAFE_INTEGER,
      request.now,
      ...(tenants === null ? [] : [tenants]),
    );
  }

  /** The first run of a lane that this process can take. */
  #claim(queue: QueueRow, lane: LaneRow, request: ClaimRequest, mayStart: boolean): RunRow | undefined {
    const { worker, abilities, isResuming, now } = request;
    const run = this.#database.get<RunRow>(
      `UPDATE runs SET status = 'running', slot = 1, owner = ?1, token = token + (owner IS NULL),
         started_at = coalesce(started_at, ?2), deadline_at = coalesce(deadline_at, ?2 + timeout_ms)
       WHERE seq = (
         SELECT seq FROM runs WHERE queue = ?3 AND tenant = ?4 AND status = 'queued'
           ${mayStart ? '' : 'AND started_at IS NOT NULL'}
           AND (owner = ?1 OR (owner IS NULL AND ?5 = 0 AND name IN (SELECT value FROM json_each(?6))
             -- Of runs that lost a worker, one at a time: should it bring this one down too, the others are not blamed.
             AND (losses = 0 OR NOT EXISTS (
               SELECT 1 FROM runs AS suspect WHERE suspect.owner = ?1 AND suspect.losses > 0 AND suspect.slot = 1))))
         ORDER BY rank, seq LIMIT 1)
       RETURNING *`,
      worker,
      now,
      queue.name,
      lane.tenant,
      isResuming ? 1 : 0,
      abilities.namesFor(lane.tenant),
    );
    if (run === undefined) return undefined;
    queue.turn = Math.max(queue.turn, lane.turn);
    this.#database.run(
      'UPDATE lanes SET turn = ?, opens_at = ? WHERE queue = ? AND tenant = ?',
      queue.turn + lane.price,
      run.token === 1 ? this.#noteStart(queue, lane, now) : lane.opens_at,
      queue.name,
      lane.tenant,
    );
    return run;
  }

  /** A run has started for the first time. Gives when the next one of its tenant may. */
  #noteStart(queue: QueueRow, lane: LaneRow, now: number): number {
    const ofQueue = rateOf(queue.rate_limit, queue.rate_ms);
    if (ofQueue !== undefined) queue.opens_at = this.#starts.note(ofQueue, now, queue.name);
    const ofTenant =
      rateOf(lane.rate_limit, lane.rate_ms) ?? rateOf(queue.tenant_rate_limit, queue.tenant_rate_ms);
    return ofTenant === undefined ? 0 : this.#starts.note(ofTenant, now, queue.name, lane.tenant);
  }
}

function rateOf(limit: number | null, perMs: number | null): Rate | undefined {
  return limit === null || perMs === null ? undefined : { limit, perMs };
}
