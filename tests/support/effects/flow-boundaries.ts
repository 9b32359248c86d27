/** Kills a process at one boundary between its writes while it works on a flow, has another one go on, and checks both. */
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { KillPoint } from '../kill-at-write.ts';
import { checkSights, KILLED } from './check-sights.ts';
import { openDesk } from './decide-all.ts';
import { KINDS, nameOf } from './flow.ts';
import { startFlowWorker } from './flow-fleet.ts';
import type { FlowTerms } from './flow-terms.ts';
import { openBackend } from './open-backend.ts';
import { type Outside, startOutside } from './outside.ts';

/** One step of each kind. */
const STEPS = KINDS.length;
const FLOW = 'flow';
/** Longer than the lease. */
const LATER_MS = 60_000;
const LEASE_MS = 15_000;

/** Writes that the flow makes when nothing happens to it. */
export function countFlowWrites(): Promise<number> {
  return withWalker(async (walker) => {
    const { lines } = await walker.live(join(walker.folder, 'runs.db'), { write: 0, when: 'after' });
    return Number(lines.find((line) => line.startsWith('writes '))?.split(' ')[1]);
  });
}

/** Fails unless nothing is lost at any of these points, and each effect goes by its policy. Gives the kills made. */
export async function checkFlowBoundaries(points: readonly KillPoint[]): Promise<number> {
  const left = [...points];
  let kills = 0;
  const walk = (): Promise<void> =>
    withWalker(async (walker) => {
      for (let point = left.shift(); point !== undefined; point = left.shift())
        if (await walker.check(point)) kills += 1;
    });
  await Promise.all([walk(), walk(), walk()]);
  return kills;
}

async function withWalker<T>(work: (walker: Walker) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'flow-boundaries-'));
  const log = join(folder, 'seen.ndjson');
  const outside = await startOutside(log);
  try {
    return await work(new Walker(folder, log, outside));
  } finally {
    await outside.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Walker {
  readonly folder: string;
  readonly #log: string;
  readonly #outside: Outside;

  constructor(folder: string, log: string, outside: Outside) {
    this.folder = folder;
    this.#log = log;
    this.#outside = outside;
  }

  /** Hands the flow in and works on it until it is killed, or to its end. */
  async live(path: string, killAt: KillPoint): Promise<{ readonly lines: readonly string[] }> {
    const worker = this.#start(path, { killAt });
    worker.child.stdin?.write(`${FLOW}\n`);
    await worker.exited;
    return worker;
  }

  /** False when there was no such write: a look may find two things at once and save one. */
  async check(point: KillPoint): Promise<boolean> {
    const path = join(this.folder, `${point.write}-${point.when}.db`);
    const { lines } = await this.live(path, point);
    const wasKilled = !lines.some((line) => line.startsWith('writes '));
    const store = await openBackend({ backend: 'sqlite', path, leaseMs: LEASE_MS });
    const desk = openDesk(store, this.#outside);
    const next = this.#start(path, {});
    try {
      const ids: string[] = [];
      for await (const { id, parentId } of store.store.list({ tenant: 'default', name: 'workflow' }))
        if (parentId === null) ids.push(id);
      const acknowledged = lines.filter((line) => line.startsWith('submitted ')).length;
      expect([point, ids.length]).toEqual([point, expect.toSatisfy((count) => count >= acknowledged)]);
      if (ids.length === 0) {
        next.child.stdin?.write(`${FLOW}\n`);
        await next.says('submitted ');
        ids.push(next.lines.find((line) => line.startsWith('submitted '))?.split(' ')[2] ?? '');
      }
      const [id = ''] = ids;
      const outcome = await store.store.result(id, 'default', { timeoutMs: 60_000 });
      const outputs = Array.from({ length: STEPS }, (_, index) => [`s${index + 1}`, nameOf(FLOW, index + 1)]);
      expect([point, ids.length, outcome.output]).toMatchObject([
        point,
        1,
        { status: 'completed', outputs: Object.fromEntries(outputs) },
      ]);
      checkSights(this.#outside.sights(), [FLOW], KILLED, STEPS);
    } catch (error) {
      throw new Error(`At ${JSON.stringify(point)}`, { cause: error });
    } finally {
      await next.kill();
      await desk.stop();
      truncateSync(this.#log);
    }
    return wasKilled;
  }

  #start(path: string, { killAt }: Pick<FlowTerms, 'killAt'>): ReturnType<typeof startFlowWorker> {
    const worker = startFlowWorker('sqlite', join(this.folder, 'cache'));
    const terms: FlowTerms = {
      backend: {
        backend: 'sqlite',
        path,
        leaseMs: LEASE_MS,
        ...(killAt === undefined && { aheadMs: LATER_MS }),
      },
      url: this.#outside.url,
      log: this.#log,
      steps: STEPS,
      holdMs: 2,
      ...(killAt !== undefined && { killAt }),
    };
    worker.child.stdin?.write(`${JSON.stringify(terms)}\n`);
    return worker;
  }
}
