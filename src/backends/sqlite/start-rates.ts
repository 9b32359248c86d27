/** Starts that rates count, over all processes: the newest ones of a queue and of its tenants, numbered. */
import type { Rate } from '../driving/queue-limits.ts';
import type { Database } from './database.ts';

/** Stands for the whole queue: no tenant is called so. */
const WHOLE_QUEUE = '';

export class StartRates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes that a run of the queue, or of one tenant in it, has started. Gives from when on one more may. */
  note(rate: Rate, at: number, queue: string, tenant = WHOLE_QUEUE): number {
    const number = this.#last(queue, tenant) + 1;
    this.#database.run(
      'INSERT INTO starts (queue, tenant, number, at) VALUES (?, ?, ?, ?)',
      queue,
      tenant,
      number,
      at,
    );
    this.#database.run(
      'DELETE FROM starts WHERE queue = ? AND tenant = ? AND number <= ?',
      queue,
      tenant,
      number - rate.limit,
    );
    return this.opensAt(rate, queue, tenant);
  }

  /** From when on one more may start; 0 when nothing stands against it. */
  opensAt({ limit, perMs }: Rate, queue: string, tenant = WHOLE_QUEUE): number {
    const oldest = this.#database.get<{ at: number }>(
      'SELECT at FROM starts WHERE queue = ? AND tenant = ? AND number = ?',
      queue,
      tenant,
      this.#last(queue, tenant) - limit + 1,
    );
    return oldest === undefined ? 0 : oldest.at + perMs;
  }

  /** Tenants with starts in a queue. */
  tenants(queue: string): readonly string[] {
    return this.#database
      .all<{ tenant: string }>(
        'SELECT DISTINCT tenant FROM starts WHERE queue = ? AND tenant > ?',
        queue,
        WHOLE_QUEUE,
      )
      .map(({ tenant }) => tenant);
  }

  /** A rate was taken away: its starts count for nothing. */
  forget(queue: string, tenant = WHOLE_QUEUE): void {
    this.#database.run('DELETE FROM starts WHERE queue = ? AND tenant = ?', queue, tenant);
  }

  #last(queue: string, tenant: string): number {
    const sql = 'SELECT max(number) AS number FROM starts WHERE queue = ? AND tenant = ?';
    return this.#database.get<{ number: number | null }>(sql, queue, tenant)?.number ?? 0;
  }
}
