/**
 * What a recorded step, a run and a claim of the SQLite backend cost. The floor is a bare table on the same driver with
 * the same settings: claim a row and complete it, each in a transaction of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteBackend } from '../src/backends/sqlite/index.ts';
import { loadDriver } from '../src/backends/sqlite/load-driver.ts';
import { type Benchmark, type Case, type Figure, median } from './measure.ts';

type Synchronous = 'normal' | 'full';

const STEPS_PER_RUN = 20;

async function inFolder(work: (path: string) => Promise<number> | number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sqlite-'));
  try {
    return await work(join(folder, 'runs.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Microseconds to claim and complete one row of a bare table. */
export function measureTable(path: string, synchronous: Synchronous, rows: number): number {
  const connection = new (loadDriver().DatabaseSync)(path);
  connection.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, status TEXT, result TEXT);
    CREATE INDEX ready ON tasks (id) WHERE status = 'queued'`);
  connection.exec('BEGIN');
  const add = connection.prepare("INSERT INTO tasks (status) VALUES ('queued')");
  for (let row = 0; row < rows; row += 1) add.run();
  connection.exec('COMMIT');
  const claim = connection.prepare(
    `UPDATE tasks SET status = 'running'
     WHERE id = (SELECT id FROM tasks WHERE status = 'queued' ORDER BY id LIMIT 1) RETURNING id`,
  );
  const complete = connection.prepare("UPDATE tasks SET status = 'completed', result = ? WHERE id = ?");
  const start = performance.now();
  for (let row = 0; row < rows; row += 1) complete.run('{"ok":true}', claim.get()?.['id'] as number);
  const elapsed = performance.now() - start;
  connection.close();
  return (elapsed * 1000) / rows;
}

/** Microseconds for each of `count` steps, in runs of twenty of them, ten at once; for each run with `steps` 0. */
async function measureBackend(
  path: string,
  synchronous: Synchronous,
  count: number,
  steps: number,
): Promise<number> {
  const backend = new SqliteBackend({ path, synchronous, maxRunning: 10 });
  const runs = steps === 0 ? count : Math.ceil(count / steps);
  let left = runs;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  backend.register('work', async (context) => {
    for (let step = 0; step < steps; step += 1)
      await context.step(`step ${step}`, async () => ({ ok: true }));
    left -= 1;
    if (left === 0) resolve();
    return null;
  });
  for (let run = 0; run < runs; run += 1)
    await backend.submit('work', run, { queue: 'bench', tenant: 'north' });
  const start = performance.now();
  await backend.start();
  await all;
  const elapsed = performance.now() - start;
  await backend.stop();
  return (elapsed * 1000) / (steps === 0 ? runs : runs * steps);
}

function caseOf(what: string, synchronous: Synchronous, count: number, steps: number): Case {
  return {
    what,
    unit: 'us',
    size: synchronous === 'full' ? count * 5 : count,
    async measure() {
      const floor = await inFolder((path) => measureTable(path, synchronous, count));
      const own = await inFolder((path) => measureBackend(path, synchronous, count, steps));
      return { own, floor };
    },
  };
}

function remark({ what, samples }: Figure): string {
  const own = median(samples.map((sample) => sample.own));
  const share = median(samples.map((sample) => sample.floor / sample.own));
  return `${what}: ${Math.round(1e6 / own).toLocaleString('en')} a second, ${Math.round(share * 100)} % of the bare table`;
}

export const sqliteBackend: Benchmark = {
  title:
    'recorded steps and runs in a file; floor: claim and complete a row of a bare table, same driver and settings',
  cases({ isQuick }) {
    const count = isQuick ? 2_000 : 10_000;
    return [
      caseOf('a step, synchronous normal', 'normal', count, STEPS_PER_RUN),
      caseOf('a run without steps, synchronous normal', 'normal', count, 0),
      caseOf('a step, synchronous full', 'full', count / 10, STEPS_PER_RUN),
    ];
  },
  remarks: (figures) => [
    ...figures.filter(({ samples }) => samples.length > 0).map(remark),
    'goal: a step at 50 % of the bare table or more',
  ],
};
