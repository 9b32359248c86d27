/** Gets slots for this process's workers, and sets what limits them. */
import type { QueueOptions } from '../../contracts/backend.ts';
import { type OneTenant, resolveQueueOptions } from '../driving/queue-limits.ts';
import type { Ability } from '../driving/registry.ts';
import type { RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';
import { type DbosRow, runRowOf } from './dbos-row.ts';
import { codeOf } from './storage-error.ts';

export interface ClaimRequest {
  readonly worker: string;
  /** What this process can do. */
  readonly abilities: readonly Ability[];
  /** Most to take. */
  readonly limit: number;
  /** Only runs whose function is in this process's memory already. */
  readonly isResuming: boolean;
  readonly now: number;
}

/** An exception that lifts the limit of all. */
const UNLIMITED = 1_000_000_000;

export class Claims {
  readonly #database: Database;
  readonly #lock: bigint;

  /** `lock`: the number of the lock that claims of all processes take turns with. */
  constructor(database: Database, lock: bigint) {
    this.#database = database;
    this.#lock = lock;
  }

  /**
   * Gives slots out. A run that is new here gets a new token: whoever had it before can write no more. Undefined when
   * this worker was declared dead. Not sent again when nobody knows whether it went through.
   */
  async take(request: ClaimRequest): Promise<readonly RunRow[] | undefined> {
    const { worker, abilities, limit, isResuming, now } = request;
    if (limit <= 0) return [];
    const own = abilities.filter(({ tenant }) => tenant !== null);
    try {
      const rows = await this.#database.all<DbosRow>(
        `SELECT * FROM ${this.#database.schema}.claim($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          worker,
          abilities.filter(({ tenant }) => tenant === null).map(({ name }) => name),
          own.map(({ name }) => name),
          own.map(({ tenant }) => tenant),
          limit,
          isResuming,
          now,
          this.#lock,
        ],
        0,
      );
      return rows.map(runRowOf);
    } catch (error) {
      if (codeOf(error) === 'AO001') return undefined;
      throw error;
    }
  }

  /** When a rate next lets a run start that nothing else holds back; undefined when there is none. */
  async nextStartAt(now: number): Promise<number | undefined> {
    const row = await this.#database.get<{ at: number | null }>(
      `SELECT ${this.#database.schema}.next_start($1) AS at`,
      [now],
    );
    return row?.at ?? undefined;
  }

  /** Sets limits. What is left out goes back to its default. Throws `invalid-argument`, and changes nothing then. */
  async configure(sender: string, queue: string, options: QueueOptions): Promise<void> {
    const limits = resolveQueueOptions(options);
    const { rate, perTenantRate } = limits;
    const tenants = [...limits.tenants];
    const of = <T>(field: (limits: OneTenant) => T): T[] => tenants.map(([, each]) => field(each));
    await this.#database.all(
      `SELECT ${this.#database.schema}.set_queue($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [
        sender,
        queue,
        orNull(limits.concurrency),
        orNull(limits.perTenant),
        orNull(limits.maxWaiting),
        limits.agingMs === Infinity ? null : limits.agingMs,
        rate?.limit ?? null,
        rate?.perMs ?? null,
        perTenantRate?.limit ?? null,
        perTenantRate?.perMs ?? null,
        tenants.map(([tenant]) => tenant),
        of(({ concurrency }) => (concurrency === Infinity ? UNLIMITED : (concurrency ?? null))),
        of(({ rate: own }) => own?.limit ?? null),
        of(({ rate: own }) => own?.perMs ?? null),
        of(({ weight }) => weight),
      ],
    );
  }
}

/** The database counts in 32 bits. */
function orNull(limit: number): number | null {
  return limit >= UNLIMITED ? null : limit;
}
