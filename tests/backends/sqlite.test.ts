import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { Clock } from '../../src/shared/time.ts';
import { backendConformance } from '../../src/testing/backend-conformance.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};
const warnings: string[] = [];
const onWarning = ({ name, message }: Error): void => {
  warnings.push(`${name}: ${message}`);
};
process.on('unhandledRejection', onUnhandled);
process.on('warning', onWarning);
afterAll(() => {
  process.off('warning', onWarning);
  process.off('unhandledRejection', onUnhandled);
});

const LEASE_MS = 60;

/** Time as a process sees it that may be killed: from then on nothing rings there any more. */
class MortalClock implements Clock {
  readonly #clock: ManualClock;
  readonly #timers = new Set<() => void>();
  #isDead = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(milliseconds: number, callback: () => void): () => void {
    if (this.#isDead) return () => undefined;
    const disarm = this.#clock.after(milliseconds, () => {
      this.#timers.delete(disarm);
      callback();
    });
    this.#timers.add(disarm);
    return disarm;
  }

  die(): void {
    this.#isDead = true;
    for (const disarm of this.#timers) disarm();
  }
}

describe('the SQLite backend keeps the contract', () => {
  const leftTimers: number[] = [];
  const cases = backendConformance({
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sqlite-contract-'));
      const time = new ManualClock();
      let clock = new MortalClock(time);
      const ids = seededIds();
      const open = (): SqliteBackend =>
        new SqliteBackend({ path: join(folder, 'runs.db'), clock, ids, leaseMs: LEASE_MS, pollMs: 10 });
      return {
        backend: open(),
        advance: (milliseconds) => time.advance(milliseconds),
        restart: async () => {
          clock.die();
          clock = new MortalClock(time);
          // The dead process's lease has to run out.
          await time.advance(LEASE_MS + 1);
          return open();
        },
        close: async () => {
          leftTimers.push(time.pendingTimers);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  });

  for (const { name, run } of cases) it(name, run);

  it('leaves no timer after any of these, no rejection unhandled, and no warning', () => {
    expect(leftTimers.length).toBeGreaterThan(80);
    expect(leftTimers.filter((count) => count > 0)).toEqual([]);
    expect(unhandled).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
