/**
 * Whether a run costs the same however many there are: in memory with a backlog, in SQLite beside finished runs and out
 * of a backlog. The floor of SQLite is a bare table on the same driver; that of memory a map, a promise and JSON.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryBackend } from '../src/backends/memory/index.ts';
import { SqliteBackend } from '../src/backends/sqlite/index.ts';
import { loadDriver } from '../src/backends/sqlite/load-driver.ts';
import type { Backend } from '../src/contracts/backend.ts';
import { type Benchmark, type Case, type Figure, median } from './measure.ts';
import { measureTable } from './sqlite.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const QUICK_SIZES = [1_000, 10_000];
/** Runs that are measured, whatever the size. */
const COUNT = 500;
const TENANTS = 4;

type Kept = 'finished' | 'queued';

const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));

/** A file with so many rows, made once. */
async function prepare(size: number, kept: Kept): Promise<string> {
  const path = join(folder, `${kept}-${size}.db`);
  const backend = new SqliteBackend({ path });
  await backend.setQueue('bench', { concurrency: 64 });
  await backend.stop();
  const connection = new (loadDriver().DatabaseSync)(path);
  const isFinished = kept === 'finished';
  connection.exec('BEGIN');
  connection
    .prepare(
      `INSERT INTO runs (tenant, id, name, queue, status, priority, rank, dependencies, input, created_at, started_at,
         completed_at, ready_at, blockers, token)
       WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 - 1)
       SELECT 'tenant-' || (n % ${TENANTS}), 'old-' || n, 'work', 'bench', ?2, n % 3, -(n % 3), '[]', '{"index":1}',
         n, ?3, ?3, n, 0, ?4 FROM numbers`,
    )
    .run(size, isFinished ? 'completed' : 'queued', isFinished ? 1 : null, isFinished ? 3 : 0);
  if (isFinished)
    connection.exec("INSERT INTO journal SELECT seq, 'work', 'step', NULL, 'done', '1', NULL FROM runs");
  connection.exec('COMMIT');
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  return path;
}

/** Microseconds for each of the first runs that end: a step, its record, the end. */
async function measure(backend: Backend, submit: number): Promise<number> {
  let left = COUNT;
  const { promise: all, resolve } = Promise.withResolvers<void>();
  backend.register('work', async (context) => {
    if (left <= 0) return untilAborted(context.signal);
    await context.step('work', async () => 1);
    left -= 1;
    if (left === 0) resolve();
    return null;
  });
  for (let index = 0; index < submit - COUNT; index += 1)
    await backend.submit('work', { index }, { queue: 'bench', tenant: `tenant-${index % TENANTS}` });
  const start = performance.now();
  for (let index = 0; index < Math.min(submit, COUNT); index += 1)
    await backend.submit('work', { index }, { queue: 'bench', tenant: `tenant-${index % TENANTS}` });
  await backend.start();
  await all;
  const elapsed = performance.now() - start;
  await backend.stop();
  return (elapsed * 1000) / COUNT;
}

/** Keeps its slot, so that no more is started than is measured. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function measureMap(size: number): number {
  const kept = new Map<string, string>();
  for (let index = 0; index < size; index += 1) kept.set(`run-${index}`, JSON.stringify({ index }));
  const start = performance.now();
  for (let index = 0; index < COUNT; index += 1) JSON.parse(kept.get(`run-${index * 7}`) ?? '{}');
  return ((performance.now() - start) * 1000) / COUNT;
}

async function sqliteCase(size: number, kept: Kept): Promise<Case> {
  const source = await prepare(size, kept);
  return {
    what: `SQLite, ${size.toLocaleString('en')} ${kept === 'finished' ? 'finished runs in the file' : 'runs queued'}`,
    unit: 'us',
    size,
    // Copying the file is most of what a large size takes.
    work: COUNT * 10 + size / 50,
    async measure() {
      const path = `${source}.copy`;
      copyFileSync(source, path);
      const own = await measure(new SqliteBackend({ path }), kept === 'finished' ? COUNT : 0);
      const floor = measureTable(`${path}.table`, 'normal', COUNT);
      for (const suffix of ['', '-wal', '-shm', '.table', '.table-wal', '.table-shm'])
        rmSync(path + suffix, { force: true });
      return { own, floor };
    },
  };
}

function memoryCase(size: number): Case {
  return {
    what: `memory, ${size.toLocaleString('en')} runs queued`,
    unit: 'us',
    size,
    work: COUNT + size,
    async measure() {
      const backend = new MemoryBackend();
      await backend.setQueue('bench', { concurrency: 64 });
      return { own: await measure(backend, size), floor: measureMap(size) };
    },
  };
}

export const scale: Benchmark = {
  title: `a run with a step, by the number of others; floor: a bare table, for memory a look into a map`,
  async cases({ isQuick }) {
    const sizes = isQuick ? QUICK_SIZES : SIZES;
    await measure(new MemoryBackend(), COUNT); // the compiler warms up
    const ofSqlite: Case[] = [];
    for (const kept of ['finished', 'queued'] as const)
      for (const size of sizes) ofSqlite.push(await sqliteCase(size, kept));
    await ofSqlite[0]?.measure(0);
    return [...sizes.map(memoryCase), ...ofSqlite];
  },
  remarks: (figures) =>
    ['memory', 'finished', 'SQLite.*queued'].map((kind) =>
      remark(
        kind,
        figures.filter(({ what }) => new RegExp(kind).test(what)),
      ),
    ),
  async close() {
    rmSync(folder, { recursive: true, force: true });
  },
};

/** How the cost of the largest size compares with that of the smallest. */
function remark(kind: string, figures: readonly Figure[]): string {
  const measured = figures.filter(({ samples }) => samples.length > 0);
  const cost = (figure: Figure | undefined): number => median((figure?.samples ?? []).map(({ own }) => own));
  const growth = cost(measured.at(-1)) / cost(measured[0]);
  const from = measured[0]?.size.toLocaleString('en');
  const to = measured.at(-1)?.size.toLocaleString('en');
  return `${kind.replace('.*', ', ')}: from ${from} to ${to} the cost grows × ${growth.toFixed(2)}; goal: × 2 at most`;
}
