/** Kills workers at seeded moments while they run workflows of twenty steps, and says what was seen from outside. */
import { expect } from 'vitest';
import { seededRandom } from '../../../src/shared/seeded-random.ts';
import { Workshop } from './workshop.ts';

const LEASE_MS = 150;

export interface KillPlan {
  readonly seed: number;
  readonly kills: number;
  readonly runs: number;
}

/** Fails unless nothing was lost and no finished step was done again, as counted by a file and a server. */
export async function killAndResume({ seed, kills, runs }: KillPlan): Promise<void> {
  const random = seededRandom(seed);
  const workshop = await new Workshop({ leaseMs: LEASE_MS, pollMs: 20, maxLosses: 1000 }).open();
  try {
    const client = workshop.client();
    await client.setQueue('work', { concurrency: 3 });
    const ids: string[] = [];
    for (let index = 0; index < runs; index += 1)
      ids.push(
        (await client.submit('twenty', 20, { id: `run-${index}`, queue: 'work', tenant: 'north' })).id,
      );
    for (let kill = 0; kill < kills; kill += 1) {
      const worker = await workshop.worker();
      await new Promise((resolve) => setTimeout(resolve, LEASE_MS + random() * 250));
      await worker.kill();
    }
    const before = workshop.calls.length;
    expect(before).toBeGreaterThan(kills);
    await workshop.worker();
    for (const id of ids) {
      const { status, output } = await client.store.result(id, 'north', { timeoutMs: 60_000 });
      expect([id, status, output]).toEqual([id, 'completed', 'all twenty']);
    }
    expect(workshop.calls.length).toBeGreaterThan(before);
    const calls = workshop.calls.map(({ path }) => path.replace('/', ' '));
    for (const seen of [calls, workshop.written]) checkSteps(seen, ids, kills);
    expect(workshop.integrity()).toBe('ok');
  } finally {
    await workshop.close();
  }
}

/**
 * A step that is followed by the next one was finished: it must not be seen again. Only those that a kill cut short
 * are repeated: at most three for each kill, since three runs work at once.
 */
function checkSteps(seen: readonly string[], ids: readonly string[], kills: number): void {
  let repeated = 0;
  for (const id of ids) {
    const steps = seen.filter((line) => line.startsWith(`${id} `)).map((line) => Number(line.split(' ')[1]));
    expect([...new Set(steps)]).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
    repeated += steps.length - 20;
  }
  expect(repeated).toBeLessThanOrEqual(kills * 3);
}
