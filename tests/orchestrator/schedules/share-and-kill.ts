/** Processes on one file with a schedule each second, killed one after the other: what was planned, fired and done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import {
  isRemoved,
  readRecord,
  type ScheduleRecord,
} from '../../../src/orchestrator/schedules/schedule-record.ts';
import { seededRandom } from '../../../src/testing/seeded.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

interface Terms {
  /** How long it goes on, in seconds. */
  readonly seconds: number;
  /** How often one of the two is killed with -9 and another one takes its place. */
  readonly kills: number;
  readonly seed: number;
}

/** Runs it and asserts that each planned second fired once and was done. */
export async function shareAndKill({ seconds, kills, seed }: Terms): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shared-schedule-'));
  const path = join(folder, 'runs.db');
  const log = join(folder, 'done.log');
  const random = seededRandom(seed);
  const workers: ChildProcess[] = [];
  try {
    workers.push(await begin(path, log), await begin(path, log));
    const end = Date.now() + seconds * 1000;
    for (let kill = 0; kill < kills; kill += 1) {
      await pass(((seconds * 1000) / (kills + 1)) * (0.6 + 0.4 * random()));
      await stop(workers.shift() as ChildProcess, 'SIGKILL');
      // The last time both are gone for a while.
      if (kill === kills - 1) {
        await stop(workers.shift() as ChildProcess, 'SIGKILL');
        await pass(2500);
        workers.push(await begin(path, log));
      }
      workers.push(await begin(path, log));
    }
    await pass(Math.max(1500, end - Date.now()));
    await Promise.all(workers.splice(0).map((worker) => stop(worker, 'SIGTERM')));
    await expectEachOnce(path, log, { seconds, kills });
  } finally {
    for (const worker of workers) await stop(worker, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function expectEachOnce(
  path: string,
  log: string,
  { seconds, kills }: Omit<Terms, 'seed'>,
): Promise<void> {
  const backend = new SqliteBackend({ path });
  try {
    const [kept] = await backend.store.state('default').list('schedules/');
    const record = readRecord(kept as NonNullable<typeof kept>);
    expect(isRemoved(record)).toBe(false);
    const { madeAt, next, firing, fired, missed, skipped, failed, waiting } = record as ScheduleRecord;
    const first = Math.floor(madeAt / 1000) * 1000 + 1000;
    const planned: string[] = [];
    for (let time = first; time < (next as number); time += 1000)
      planned.push(`schedule/tick/${new Date(time).toISOString()}`);
    const runs: string[] = [];
    for await (const run of backend.store.list({ tenant: 'default' })) runs.push(run.id);
    expect(planned.length).toBeGreaterThanOrEqual(seconds - 1);
    expect({ missed, skipped, failed, waiting }).toEqual({ missed: 0, skipped: 0, failed: 0, waiting: [] });
    // The very last one may have been decided and handed in, and not noted.
    expect(planned.length - fired).toBe(firing === null ? 0 : 1);
    expect(new Set(runs).size).toBe(runs.length);
    expect(runs.length - fired).toBeLessThanOrEqual(firing === null ? 0 : 1);
    expect(new Set([...planned, ...runs])).toEqual(new Set(planned));
    const done = readFileSync(log, 'utf8').trim().split('\n');
    const ids = done.map((line) => line.split(' ')[0] as string);
    expect(new Set(ids).size).toBeGreaterThanOrEqual(planned.length - 1);
    expect(new Set(done.map((line) => line.split(' ')[1])).size).toBeGreaterThan(kills > 0 ? 2 : 1);
    // Work that was interrupted by a kill is begun again; nothing else is.
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual((kills + 1) * 4);
  } finally {
    await backend.stop();
  }
}

/** Resolves once it works. */
async function begin(path: string, log: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [WORKER, path, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The worker ended before it was ready.'))),
  ]);
  return child;
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
