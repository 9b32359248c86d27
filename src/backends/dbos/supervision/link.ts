/** One connection, made anew when it breaks. Runs in the thread that beats. */
import pg from 'pg';

export interface LinkOptions {
  readonly connection: string;
  readonly name: string;
  /** For connecting. */
  readonly connectMs: number;
  /** For one statement, on both sides. */
  readonly statementMs: number;
}

export class Link {
  readonly #options: LinkOptions;
  #client: Promise<pg.Client> | undefined;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Rejects when the statement failed, or nobody knows; the next one gets a new connection. */
  async query<T extends object>(text: string, values: readonly unknown[]): Promise<T[]> {
    this.#client ??= this.#connect();
    const connecting = this.#client;
    try {
      const client = await connecting;
      return (await client.query(text, [...values])).rows as T[];
    } catch (error) {
      this.#drop(connecting);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    if (this.#isClosed) throw new Error('closed');
    const { connection, name, connectMs, statementMs } = this.#options;
    const client = new pg.Client({
      connectionString: connection,
      application_name: name,
      connectionTimeoutMillis: connectMs,
      query_timeout: statementMs + connectMs,
      keepAlive: true,
    });
    // What breaks is told by the next statement.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(`SET statement_timeout = ${statementMs}`);
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    return client;
  }

  #drop(connecting: Promise<pg.Client>): void {
    if (this.#client !== connecting) return;
    this.#client = undefined;
    connecting.then((client) => client.end()).catch(() => undefined);
  }
}
