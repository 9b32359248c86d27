/** A pool that tells when all its questions are answered, and that can die as with its process. */
import pg from 'pg';

export class WatchedPool {
  readonly #pool: pg.Pool;
  #open = 0;
  #isDead = false;

  constructor(connectionString: string, max: number) {
    this.#pool = new pg.Pool({ connectionString, max });
    this.#pool.on('error', () => undefined);
  }

  get isQuiet(): boolean {
    return this.#isDead || this.#open === 0;
  }

  /** Connections that are in use, or waited for. */
  get inUse(): number {
    return this.#pool.totalCount - this.#pool.idleCount + this.#pool.waitingCount;
  }

  /** The driver's own pool. */
  get pool(): pg.Pool {
    return this.#pool;
  }

  query = (statement: pg.QueryConfig): Promise<pg.QueryResult> =>
    this.#watch(() => this.#pool.query(statement));

  connect = (): Promise<pg.PoolClient> => this.#watch(() => this.#pool.connect());

  async end(): Promise<void> {
    await this.#pool.end();
  }

  /** Nothing is asked and no answer comes any more. */
  die(): void {
    this.#isDead = true;
  }

  async #watch<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#isDead) return new Promise(() => undefined);
    this.#open += 1;
    try {
      const answer = await ask();
      return this.#isDead ? await new Promise<never>(() => undefined) : answer;
    } finally {
      this.#open -= 1;
    }
  }
}
