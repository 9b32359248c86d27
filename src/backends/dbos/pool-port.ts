/** What this backend needs of a pool of connections: `pg` has it. */
import type { Pool, PoolClient } from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly types?: { getTypeParser(oid: number): unknown };
}

export interface ClientPort {
  query(statement: Statement | string): Promise<{ readonly rows: readonly object[] }>;
  release(destroy?: boolean): void;
  on(event: 'error' | 'notification' | 'end', listener: (what: { readonly payload?: string }) => void): void;
  removeAllListeners(): void;
}

export interface PoolPort {
  query(statement: Statement): Promise<{ readonly rows: readonly object[] }>;
  connect(): Promise<ClientPort>;
  end(): Promise<void>;
  /** The driver's own way to read a value of a type. */
  parserOf(oid: number): unknown;
}

/** Wraps a pool of `pg`. */
export function poolPort(pool: Pool, parserOf: (oid: number) => unknown): PoolPort {
  return {
    query: (statement) => pool.query(statement as never) as unknown as Promise<{ rows: object[] }>,
    connect: async () => (await pool.connect()) as PoolClient as unknown as ClientPort,
    end: () => pool.end(),
    parserOf,
  };
}
