/** Kills a worker at one boundary between its writes, lets another one finish, and checks what both have done. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { loadDriver } from '../../../src/backends/sqlite/load-driver.ts';
import type { KillPoint } from '../../support/kill-at-write.ts';

const WORKER = fileURLToPath(new URL('boundary-worker.ts', import.meta.url));
/** Longer than a lease. */
const LATER_MS = 60_000;
const OUTPUT = ['first', 'the word', 'outer of inner', 'as it should', ['first']];
const STEPS = ['flow first', 'flow/kid in child', 'flow outer', 'flow inner', 'flow fails', 'after in child'];

interface Life {
  readonly signal: NodeJS.Signals | null;
  readonly printed: string;
}

async function live(path: string, log: string, point: KillPoint, aheadMs: number): Promise<Life> {
  const settings = JSON.stringify({ ...point, aheadMs });
  const child = spawn(process.execPath, [WORKER, path, log, settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { promise: exited, resolve } = Promise.withResolvers<NodeJS.Signals | null>();
  child.once('exit', (_code, signal) => resolve(signal));
  const [printed, signal] = await Promise.all([text(child.stdout), exited]);
  return { signal, printed };
}

/** What SQLite itself finds in the file. */
function look(path: string): { readonly runs: string[]; readonly finished: string[] } {
  if (!existsSync(path)) return { runs: [], finished: [] };
  const connection = new (loadDriver().DatabaseSync)(path);
  try {
    if (connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'journal'").get() === undefined)
      return { runs: [], finished: [] };
    const runs = connection.prepare('SELECT id FROM runs').all();
    const finished = connection
      .prepare(
        "SELECT id, key FROM journal JOIN runs ON seq = run WHERE kind = 'step' AND state IN ('done', 'failed')",
      )
      .all();
    return {
      runs: runs.map(({ id }) => String(id)),
      finished: finished.map(({ id, key }) => `${id} ${key}`),
    };
  } finally {
    connection.close();
  }
}

interface Done {
  readonly writes: number;
}

/** Writes that the workflow makes when nothing happens to it. */
export function countBoundaries(): Promise<number> {
  return inFolder(async (path, log) => {
    const { printed } = await live(path, log, { write: 0, when: 'after' }, 0);
    const { writes, ...rest } = JSON.parse(printed) as Done;
    expect(rest).toEqual({ status: 'completed', output: OUTPUT, after: ['later'] });
    const steps = linesOf(log).filter((line) => STEPS.includes(line));
    expect([steps.length, new Set(steps)]).toEqual([STEPS.length, new Set(STEPS)]);
    return writes;
  });
}

/** Checks points one after the other, several at once. */
export async function checkBoundaries(points: readonly KillPoint[]): Promise<void> {
  const left = [...points];
  const walk = async (): Promise<void> => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) await checkBoundary(point);
  };
  await Promise.all([walk(), walk(), walk()]);
}

/** Fails unless no run is lost and no finished step is done again. */
function checkBoundary(point: KillPoint): Promise<void> {
  return inFolder(async (path, log) => {
    const first = await live(path, log, point, 0);
    // A claim may find two runs at once and save a write or two: then there is no such boundary.
    if (first.signal === null) expect((JSON.parse(first.printed) as Done).writes).toBeLessThan(point.write);
    else expect([point, first.signal]).toEqual([point, 'SIGKILL']);
    const before = linesOf(log);
    const { runs, finished } = look(path);
    for (const line of before) {
      const [, id] = /^submitted (.*)$/.exec(line) ?? [];
      if (id !== undefined) expect([point, runs]).toEqual([point, expect.arrayContaining([id])]);
    }
    const second = await live(path, log, { write: 0, when: 'after' }, LATER_MS);
    expect([point, JSON.parse(second.printed)]).toMatchObject([
      point,
      { status: 'completed', output: OUTPUT, after: ['later'] },
    ]);
    const since = linesOf(log).slice(before.length);
    expect([point, since.filter((line) => finished.includes(line))]).toEqual([point, []]);
    const all = linesOf(log).filter((line) => STEPS.includes(line));
    expect([point, new Set(all)]).toEqual([point, new Set(STEPS)]);
    // At work at the same time are the child and the flow with its nested step.
    expect(all.length).toBeLessThanOrEqual(STEPS.length + 3);
  });
}

function linesOf(log: string): string[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean);
}

async function inFolder<T>(work: (path: string, log: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-boundary-'));
  const log = join(folder, 'done.log');
  writeFileSync(log, '');
  try {
    return await work(join(folder, 'runs.db'), log);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
