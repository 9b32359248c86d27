/**
 * Whose turn it is among several processes: without it, a process that frees a slot would take it again before any other
 * one looks, and a tenant whose functions are in another process would wait until the first tenant has nothing left.
 */
import type { Abilities } from './abilities.ts';
import type { Database } from './database.ts';

/** A queue that has a slot or a start to give, or whose next one is of interest. */
export interface ContestedQueue {
  readonly name: string;
  readonly per_tenant: number | null;
  readonly has_tenants: number;
}

export interface Contender {
  readonly worker: string;
  readonly abilities: Abilities;
  readonly now: number;
}

/** A tenant of another process whose turn it is, as this process has seen it. */
interface Waiting {
  readonly tenant: string;
  readonly turn: number;
  readonly seenAt: number;
  /** Since when a slot is left to it. */
  readonly leftAt?: number;
}

/** A slot is left for so many looks of the other process; one that has no room for it does not come. */
const LOOKS_TO_COME = 3;
/** After so many looks it is left to the same one again. */
const LOOKS_TO_FORGET = 40;

const SERVED_BY_OTHERS = `SELECT json_extract(ability.value, '$.tenant') FROM workers, json_each(workers.functions) AS ability
  WHERE workers.id <> ?1 AND lease_until >= ?2 AND ability.type = 'object'`;
const ALL_SERVED_BY_OTHERS = `EXISTS (SELECT 1 FROM workers, json_each(workers.functions) AS ability
  WHERE workers.id <> ?1 AND lease_until >= ?2 AND ability.type = 'text')`;

export class ForeignTurns {
  readonly #database: Database;
  readonly #pollMs: number;
  /** By queue. */
  readonly #waiting = new Map<string, Waiting>();
  #lookedAt = -Infinity;

  constructor(database: Database, pollMs: number) {
    this.#database = database;
    this.#pollMs = pollMs;
  }

  /** No queue has a slot to give: notes, once in a while, who waits for the next one. */
  look(contender: Contender): void {
    const { now } = contender;
    if (now >= this.#lookedAt && now - this.#lookedAt < this.#pollMs) return;
    this.#lookedAt = now;
    if (!this.#hasOthers(contender)) return;
    const queues = this.#database.all<ContestedQueue>(
      'SELECT name, per_tenant, has_tenants FROM queues WHERE ready > 0 AND held > 0',
    );
    for (const queue of queues) this.#note(queue, contender, true);
  }

  /**
   * Whether the last slot of this queue is to be left to another process. Its tenant has waited for a look then, so that
   * short runs do not stop for each turn, and it is left for a few looks at most.
   */
  isLeft(queue: ContestedQueue, contender: Contender, mayStart: boolean): boolean {
    const waiting = this.#hasOthers(contender) ? this.#note(queue, contender, mayStart) : undefined;
    if (waiting === undefined) return false;
    const { now } = contender;
    const { seenAt, leftAt } = waiting;
    if (leftAt === undefined) {
      if (now - seenAt < this.#pollMs) return false;
      this.#waiting.set(queue.name, { ...waiting, leftAt: now });
      return true;
    }
    if (now - leftAt > LOOKS_TO_FORGET * this.#pollMs) this.#waiting.delete(queue.name);
    return now >= leftAt && now - leftAt < LOOKS_TO_COME * this.#pollMs;
  }

  #hasOthers({ worker, abilities, now }: Contender): boolean {
    // Who can do the runs of all tenants gives each its turn.
    if (abilities.tenants === null) return false;
    const sql = 'SELECT 1 FROM workers WHERE id <> ? AND lease_until >= ? LIMIT 1';
    return this.#database.get(sql, worker, now) !== undefined;
  }

  /** The tenant whose turn it is, when that is one of another process that lives. */
  #note(queue: ContestedQueue, contender: Contender, mayStart: boolean): Waiting | undefined {
    const first = this.#first(queue, contender, mayStart);
    if (first === undefined || first.is_own === 1) {
      this.#waiting.delete(queue.name);
      return undefined;
    }
    const { tenant, turn } = first;
    const known = this.#waiting.get(queue.name);
    if (known?.tenant === tenant && known.turn === turn && known.seenAt <= contender.now) return known;
    const waiting: Waiting = { tenant, turn, seenAt: contender.now };
    this.#waiting.set(queue.name, waiting);
    return waiting;
  }

  #first(queue: ContestedQueue, { worker, abilities, now }: Contender, mayStart: boolean) {
    const hasOwn = queue.has_tenants === 1;
    return this.#database.get<{ tenant: string; turn: number; is_own: number }>(
      `SELECT lanes.tenant AS tenant, turn, lanes.tenant IN (SELECT value FROM json_each(?3)) AS is_own FROM lanes
       ${hasOwn ? 'LEFT JOIN queue_tenants AS own ON own.queue = lanes.queue AND own.tenant = lanes.tenant' : ''}
       WHERE lanes.queue = ?4 AND ready > 0 AND (again > 0 ${mayStart ? 'OR opens_at <= ?2' : ''})
         AND held < ${hasOwn ? 'coalesce(own.concurrency, ?5)' : '?5'}
         AND (is_own OR lanes.tenant IN (${SERVED_BY_OTHERS}) OR ${ALL_SERVED_BY_OTHERS})
       ORDER BY turn, is_own DESC LIMIT 1`,
      worker,
      now,
      abilities.tenants,
      queue.name,
      queue.per_tenant ?? Number.MAX_SAFE_INTEGER,
    );
  }
}
