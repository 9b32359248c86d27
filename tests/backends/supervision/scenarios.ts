/** What happens to executors, in numbers that a test chooses. Each says what it measured. */
import { expect } from 'vitest';
import type { PostgresServer } from '../../support/postgres/postgres-server.ts';
import type { Effect, Executor, Workshop } from './workshop.ts';

export interface Load {
  readonly runs: number;
  readonly steps: number;
  readonly stepMs: number;
}

/** Milliseconds from the blow on. */
export interface TakeOver {
  readonly detectedMs: number;
  readonly doneMs: number;
  /** Runs that the victim had. */
  readonly runs: number;
  /** Bodies that were begun twice: they were under way, or done and not yet recorded. */
  readonly repeated: number;
}

const PATIENCE = { timeout: 120_000, interval: 20 } as const;
/** On a machine with much else to do. */
const SLACK_MS = 2_500;

export async function enqueueChains(
  workshop: Workshop,
  { runs, steps, stepMs }: Load,
): Promise<readonly string[]> {
  const ids = Array.from({ length: runs }, (_, index) => `r${index}`);
  for (const id of ids) await workshop.enqueue('chain', id, [steps, stepMs]);
  return ids;
}

/** Waits until all succeeded; says which steps a recorded result did not save from another body. */
export async function finish(workshop: Workshop, runs: readonly string[]): Promise<void> {
  await expect.poll(() => workshop.statuses(), PATIENCE).toEqual({ SUCCESS: runs.length });
  expect(await workshop.recordedStepsBegunAgain()).toEqual([]);
}

/** Of these the one that has most runs under way. */
async function busiest(workshop: Workshop, executors: readonly Executor[]): Promise<Executor> {
  const pending = async ({ executorId }: Executor): Promise<number> => {
    const [row] = await workshop.query<{ runs: number }>(
      "SELECT count(*)::integer AS runs FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id = $1",
      [executorId],
    );
    return row?.runs ?? 0;
  };
  const counts = await Promise.all(executors.map(pending));
  return executors[counts.indexOf(Math.max(...counts))] as Executor;
}

export function repeatedBodies(starts: readonly Effect[]): number {
  return starts.length - new Set(starts.map(({ run, step }) => `${run}/${step}`)).size;
}

/** Two are at work, and all runs have begun. */
export async function twoAtWork(
  workshop: Workshop,
  load: Load,
  terms: Parameters<Workshop['executor']>[0] = {},
): Promise<{ readonly victim: Executor; readonly heir: Executor; readonly runs: readonly string[] }> {
  const executors = await Promise.all([workshop.executor(terms), workshop.executor(terms)]);
  const runs = await enqueueChains(workshop, load);
  await expect
    .poll(async () => new Set((await workshop.starts()).map(({ run }) => run)).size, PATIENCE)
    .toBe(runs.length);
  const victim = await busiest(workshop, executors);
  const heir = executors.find((each) => each !== victim) as Executor;
  return { victim, heir, runs };
}

export async function killAndTakeOver(workshop: Workshop, load: Load): Promise<TakeOver> {
  const { victim, heir, runs } = await twoAtWork(workshop, load);
  await victim.kill();
  const killedAt = Date.now();
  const { at, executorId, runs: moved = 0 } = await heir.hear('executor-buried');
  expect(executorId).toBe(victim.executorId);
  expect(at - killedAt).toBeLessThan(workshop.leaseMs * 1.2 + SLACK_MS);
  await finish(workshop, runs);
  const starts = await workshop.starts();
  // What the victim had not finished was begun again by the other one alone.
  expect(new Set(starts.filter((start) => start.at > killedAt).map(({ pid }) => pid))).toEqual(
    new Set([heir.pid]),
  );
  const doneMs = Math.max(...(await workshop.effects()).map((effect) => effect.at)) - killedAt;
  return { detectedMs: at - killedAt, doneMs, runs: moved, repeated: repeatedBodies(starts) };
}

export interface Pause extends TakeOver {
  /** Bodies that the sleeper began after it woke, for runs that were no longer its own. */
  readonly zombies: number;
  /** From waking up to going on as another executor. */
  readonly relaunchedMs: number;
}

/** One is stopped for longer than the lease, and goes on. */
export async function pauseAndWake(
  workshop: Workshop,
  load: Load,
  { pauseMs, sleepers }: { readonly pauseMs: number; readonly sleepers: number },
): Promise<Pause> {
  const { victim, heir, runs } = await twoAtWork(workshop, load);
  const asleep = Array.from({ length: sleepers }, (_, index) => `s${index}`);
  // Their sleep ends in the pause; the step after it is still under way at the other one when the victim wakes.
  for (const id of asleep) await workshop.enqueue('sleeper', id, [pauseMs - 500, 3000]);
  await expect
    .poll(
      async () => (await workshop.starts({ step: 0 })).filter(({ run }) => run.startsWith('s')).length,
      PATIENCE,
    )
    .toBe(sleepers);
  const formerId = victim.executorId;
  victim.signal('SIGSTOP');
  const stoppedAt = Date.now();
  const { at, runs: moved = 0 } = await heir.hear('executor-buried');
  // Its open transactions hold nobody up.
  await expect
    .poll(
      () =>
        workshop.query("SELECT 1 FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id = $1", [
          formerId,
        ]),
      { timeout: workshop.leaseMs + SLACK_MS, interval: 20 },
    )
    .toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, stoppedAt + pauseMs - Date.now()));
  const wokenAt = Date.now();
  victim.signal('SIGCONT');
  const relaunched = await victim.hear('executor-relaunched');
  await finish(workshop, [...runs, ...asleep]);
  const starts = await workshop.starts();
  return {
    detectedMs: at - stoppedAt,
    doneMs: Math.max(...(await workshop.effects()).map((effect) => effect.at)) - stoppedAt,
    runs: moved,
    repeated: repeatedBodies(starts),
    zombies: starts.filter(({ executor, at: startedAt }) => executor === formerId && startedAt >= wokenAt)
      .length,
    relaunchedMs: relaunched.at - wokenAt,
  };
}

/**
 * So many steps are allowed to begin at once, and the first one stops its process: says how many of the others began when
 * it went on, though their runs were no longer its own.
 */
export async function pauseInTheFirst(workshop: Workshop, count: number): Promise<number> {
  const victim = await workshop.executor();
  const formerId = victim.executorId;
  const runs = Array.from({ length: count }, (_, index) => `t${index}`);
  for (const run of runs) await workshop.enqueue('together', run, [count]);
  await expect.poll(async () => (await workshop.starts()).length, PATIENCE).toBe(2);
  const heir = await workshop.executor({ isHeir: true });
  await heir.hear('executor-buried');
  await expect.poll(() => workshop.statuses(), PATIENCE).toEqual({ SUCCESS: count });
  victim.signal('SIGCONT');
  await victim.hear('executor-relaunched');
  return (await workshop.starts({ executor: formerId })).length - 2;
}

/** A database whose take-overs take a moment, and leave a line for each. */
const SLOW_DEATH = [
  'INSERT INTO public.deaths (executor) VALUES ($1)',
  "SELECT pg_sleep(0.8) WHERE $1 <> ''",
] as const;

async function countDeaths(workshop: Workshop): Promise<void> {
  await workshop.query('CREATE TABLE public.deaths (executor text NOT NULL)');
}

async function deathsOf(workshop: Workshop, executorId: string): Promise<number> {
  return (await workshop.query('SELECT 1 FROM public.deaths WHERE executor = $1', [executorId])).length;
}

/** Waits until a take-over is in the middle of its transaction; says whose. */
async function leaderAtWork(workshop: Workshop): Promise<string> {
  let name = '';
  await expect
    .poll(
      async () => {
        const rows = await workshop.query<{ name: string }>(
          "SELECT application_name AS name FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%take_turn%'",
        );
        name = rows[0]?.name ?? '';
        return name;
      },
      { timeout: 30_000, interval: 10 },
    )
    .not.toBe('');
  return name;
}

/** The database is killed in the middle of a take-over, and comes back. */
export async function killDatabaseAtTakeOver(
  workshop: Workshop,
  server: PostgresServer,
  load: Load,
  awayMs: number,
): Promise<void> {
  await countDeaths(workshop);
  const { victim, heir, runs } = await twoAtWork(workshop, load, { onDeath: SLOW_DEATH });
  await victim.kill();
  await leaderAtWork(workshop);
  await server.kill();
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  await server.start();
  await finish(workshop, runs);
  expect(await deathsOf(workshop, victim.executorId)).toBe(1);
  expect(heir.isAlive).toBe(true);
}

/** Whoever declares a dead one dead is killed in the middle of it; a third one is there. */
export async function killLeaderAtTakeOver(workshop: Workshop, load: Load): Promise<void> {
  await countDeaths(workshop);
  const third = workshop.begin({ onDeath: SLOW_DEATH });
  const { victim, heir, runs } = await twoAtWork(workshop, load, { onDeath: SLOW_DEATH });
  await third.hear('ready');
  await victim.kill();
  const leader = (await leaderAtWork(workshop)).includes(heir.executorId) ? heir : third;
  await leader.kill();
  await finish(workshop, runs);
  for (const { executorId } of [victim, leader]) expect(await deathsOf(workshop, executorId)).toBe(1);
}

/** An ordinary restart of the database under executors that have their hands full. Nobody dies of it. */
export async function restartDatabase(
  workshop: Workshop,
  server: PostgresServer,
  load: Load,
  times: number,
): Promise<void> {
  const { victim, heir, runs } = await twoAtWork(workshop, load);
  for (let time = 0; time < times; time += 1) {
    await server.restart('fast');
    const seen = (await workshop.starts()).length;
    await expect.poll(async () => (await workshop.starts()).length, PATIENCE).toBeGreaterThan(seen);
  }
  await finish(workshop, runs);
  for (const executor of [victim, heir]) {
    expect([executor.isAlive, executor.heard('executor-buried'), executor.heard('executor-lost')]).toEqual([
      true,
      undefined,
      undefined,
    ]);
  }
  expect(repeatedBodies(await workshop.starts())).toBe(0);
}

export interface Busy {
  /** How often the body of the step began. */
  readonly bodies: number;
  readonly buried: boolean;
  readonly lost: string | undefined;
}

/** A step keeps the main thread for itself for several leases; another executor is there. */
export async function keepBusy(workshop: Workshop, busyMs: number, maxBlockedMs: number): Promise<Busy> {
  const spinner = await workshop.executor({ maxBlockedMs });
  await workshop.enqueue('spin', 'busy', [busyMs]);
  await expect.poll(async () => (await workshop.starts()).length, PATIENCE).toBe(1);
  const other = await workshop.executor({ maxBlockedMs: 60_000 });
  await expect.poll(() => workshop.statuses(), PATIENCE).toEqual({ SUCCESS: 1 });
  const starts = await workshop.starts();
  if (starts.length > 1) await spinner.hear('executor-relaunched');
  return {
    bodies: starts.length,
    buried: other.heard('executor-buried') !== undefined,
    lost: spinner.heard('executor-lost')?.reason,
  };
}

const DEADLINES =
  'SELECT workflow_uuid, workflow_deadline_epoch_ms FROM dbos.workflow_status WHERE workflow_deadline_epoch_ms IS NOT NULL ORDER BY 1';

/** All states that a run can be in when its executor is killed. */
export async function killAmongAllStates(workshop: Workshop, each: number): Promise<void> {
  const { client } = workshop;
  const names = (kind: string): readonly string[] =>
    Array.from({ length: each }, (_, index) => `${kind}${index}`);
  const victim = await workshop.executor({ workerConcurrency: each * 7 });
  for (const run of names('waiter')) await workshop.enqueue('waiter', run);
  for (const run of names('sleeper')) await workshop.enqueue('sleeper', run, [workshop.leaseMs * 3, 10]);
  for (const run of names('parent')) await workshop.enqueue('parent', run, [2]);
  for (const run of names('cancelled')) await workshop.enqueue('chain', run, [1, 600_000]);
  for (const run of names('late'))
    await workshop.enqueue('chain', run, [1, 600_000], { workflowTimeoutMS: workshop.leaseMs * 3 });
  for (const run of names('keyed'))
    await workshop.enqueue('chain', run, [2, 1000], { deduplicationID: `key-${run}` });
  const begun = async (): Promise<number> => new Set((await workshop.starts()).map(({ run }) => run)).size;
  // Parents begin none of their own: their children do.
  await expect.poll(begun, PATIENCE).toBeGreaterThanOrEqual(each * 5);
  const deadlines = await workshop.query(DEADLINES);
  expect(deadlines.length).toBe(each);
  await victim.kill();
  // Between the death and the take-over.
  for (const run of names('cancelled')) await client.cancelWorkflow(run);
  const heir = await workshop.executor();
  for (const run of names('keyed')) {
    const [row] = await workshop.query<{ status: string }>(
      'SELECT status FROM dbos.workflow_status WHERE workflow_uuid = $1',
      [run],
    );
    if (row?.status === 'SUCCESS') continue;
    await expect(
      workshop.enqueue('chain', `${run}-again`, [1, 1], { deduplicationID: `key-${run}` }),
    ).rejects.toThrow();
  }
  await heir.hear('executor-buried');
  for (const run of names('waiter')) await client.send(run, 'after the take-over', 'answers');
  for (const run of names('waiter'))
    expect(await client.retrieveWorkflow(run).getResult()).toBe('after the take-over');
  for (const run of names('sleeper')) expect(await client.retrieveWorkflow(run).getResult()).toBe('slept');
  for (const run of names('parent')) expect(await client.retrieveWorkflow(run).getResult()).toBe(2);
  for (const run of names('keyed')) expect(await client.retrieveWorkflow(run).getResult()).toBe('all');
  await expect.poll(() => workshop.statuses(), PATIENCE).toEqual({ CANCELLED: each * 2, SUCCESS: each * 6 });
  expect(await workshop.query(DEADLINES)).toEqual(deadlines);
  expect(await workshop.recordedStepsBegunAgain()).toEqual([]);
}

/** A step that ends its process takes down so many, and then no more. Says how many. */
export async function spreadPoison(workshop: Workshop): Promise<number> {
  let deaths = 0;
  for (; deaths < 8; deaths += 1) {
    const executor = workshop.begin();
    if (deaths === 0) {
      await executor.hear('ready');
      await workshop.enqueue('poison', 'poison');
    }
    const isOver = async (): Promise<boolean> =>
      !executor.isAlive || (await workshop.statuses())['MAX_RECOVERY_ATTEMPTS_EXCEEDED'] === 1;
    await expect.poll(isOver, PATIENCE).toBe(true);
    if (executor.isAlive) break;
  }
  return deaths;
}
