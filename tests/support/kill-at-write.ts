/**
 * A deterministic crash: the process kills itself right before or right after its n-th write to a database. Install it in
 * a process that is made to be killed, before it opens its file; go through all n to stand at every boundary once.
 */
import { loadDriver } from '../../src/backends/sqlite/load-driver.ts';

export interface KillPoint {
  /** Counts from 1 on; 0 never kills. */
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** Counts writes and kills at one of them. Wrap whatever writes in {@link WriteCounter.around}. */
export class WriteCounter {
  readonly #point: KillPoint;
  #writes = 0;

  constructor(point: KillPoint) {
    this.#point = point;
  }

  get writes(): number {
    return this.#writes;
  }

  around<T>(write: () => T): T {
    this.#writes += 1;
    const isHere = this.#writes === this.#point.write;
    if (isHere && this.#point.when === 'before') die();
    const result = write();
    if (isHere) die();
    return result;
  }
}

/** Not even a `finally` runs. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

const WRITES =
  /^\s*(insert|update|delete|replace|begin|commit|rollback|create|alter|drop|pragma [a-z_]+ = )/i;

/** Counts every statement of `node:sqlite` in this process that writes, or begins or ends a transaction. */
export function countSqliteWrites(point: KillPoint): WriteCounter {
  const counter = new WriteCounter(point);
  const { DatabaseSync, StatementSync } = loadDriver();
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql: string): void {
    if (WRITES.test(sql)) counter.around(() => exec.call(this, sql));
    else exec.call(this, sql);
  };
  for (const name of ['run', 'get', 'all'] as const) {
    const original = StatementSync.prototype[name] as (...values: unknown[]) => unknown;
    const counted = function (this: { readonly sourceSQL: string }, ...values: unknown[]): unknown {
      const call = (): unknown => original.apply(this, values);
      return WRITES.test(this.sourceSQL) ? counter.around(call) : call();
    };
    Object.defineProperty(StatementSync.prototype, name, { value: counted });
  }
  return counter;
}
