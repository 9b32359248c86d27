/** A process that executes workflows of DBOS under a supervisor. Made to be paused, killed and kept busy by tests. */
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Supervisor } from '../../../src/backends/dbos/supervision/supervisor.ts';

export interface ExecutorTerms {
  readonly connection: string;
  readonly leaseMs: number;
  /** The outside world: what steps have done, a line for each thing. */
  readonly effects: string;
  readonly version?: string;
  readonly maxBlockedMs?: number;
  readonly onDeath?: readonly string[];
  /** Of the queue `work`, on this process. */
  readonly workerConcurrency?: number;
  /** Takes over, and stops nowhere. */
  readonly isHeir?: boolean;
  /** How long a goodbye waits. */
  readonly drainMs?: number;
  /** The application launches DBOS itself, under this id. */
  readonly ownId?: string;
}

const terms = JSON.parse(process.argv[2] as string) as ExecutorTerms;
const { connection, leaseMs, effects, version = 'v1', ownId } = terms;
const config = { name: 'test', applicationVersion: version, logLevel: 'error' };

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const supervisor = new Supervisor({
  connection,
  config,
  leaseMs,
  ...(terms.maxBlockedMs !== undefined && { maxBlockedMs: terms.maxBlockedMs }),
  ...(terms.onDeath !== undefined && { onDeath: terms.onDeath }),
});
supervisor.on('*', (event) => say(event));

/** The life in which a workflow's function was begun, or begun again. */
interface Life {
  readonly executor: string;
  readonly lost: AbortSignal;
}

const life = (): Life => ({ executor: supervisor.executorId, lost: supervisor.lost });

/** Written before anything else happens, and at once. */
function effect(kind: 'start' | 'end' | 'told', run: string, step: number, executor: string): void {
  const line = { kind, run, step, executor, pid: process.pid, at: Date.now() };
  appendFileSync(effects, `${JSON.stringify(line)}\n`);
}

type Work = () => Promise<unknown>;

async function body({ executor, lost }: Life, run: string, index: number, work: Work): Promise<number> {
  await supervisor.guard();
  effect('start', run, index, executor);
  const onLost = (): void => effect('told', run, index, executor);
  lost.addEventListener('abort', onLost, { once: true });
  await work();
  lost.removeEventListener('abort', onLost);
  effect('end', run, index, executor);
  return index;
}

const step = (own: Life, run: string, index: number, work: Work): Promise<number> =>
  DBOS.runStep(() => body(own, run, index, work), { name: `step ${index}` });

/** Steps of so many milliseconds, one after the other. */
DBOS.registerWorkflow(
  async (run: string, steps: number, stepMs: number) => {
    const own = life();
    for (let index = 0; index < steps; index += 1) await step(own, run, index, () => sleep(stepMs));
    return 'all';
  },
  { name: 'chain' },
);

DBOS.registerWorkflow(
  async (run: string, sleepMs: number, stepMs: number) => {
    const own = life();
    await step(own, run, 0, async () => undefined);
    await DBOS.sleep(sleepMs);
    await step(own, run, 1, () => sleep(stepMs));
    return 'slept';
  },
  { name: 'sleeper' },
);

DBOS.registerWorkflow(
  async (run: string) => {
    const own = life();
    await step(own, run, 0, async () => undefined);
    const message = await DBOS.recv<string>('answers', 60);
    await step(own, run, 1, async () => undefined);
    return message;
  },
  { name: 'waiter' },
);

const child = DBOS.registerWorkflow(
  async (run: string) => {
    await step(life(), run, 0, () => sleep(300));
    return run;
  },
  { name: 'child' },
);

DBOS.registerWorkflow(
  async (run: string, children: number) => {
    const handles = [];
    for (let index = 0; index < children; index += 1)
      handles.push(await DBOS.startWorkflow(child, { queueName: 'work' })(`${run}.${index}`));
    const results = [];
    for (const handle of handles) results.push(await handle.getResult());
    return results.length;
  },
  { name: 'parent' },
);

let begun = 0;
const arrivals: (() => void)[] = [];

/**
 * So many runs ask at the same time: the first one with a sign of life of its own, the others share the next. The first one
 * of these whose step may begin stops the process there and then.
 */
DBOS.registerWorkflow(
  async (run: string, count: number) => {
    const own = life();
    await DBOS.runStep(
      async () => {
        if (terms.isHeir !== true && arrivals.length < count) {
          const { promise, resolve } = Promise.withResolvers<void>();
          arrivals.push(resolve);
          if (arrivals.length === count) for (const arrive of arrivals) arrive();
          await promise;
        }
        await supervisor.guard();
        effect('start', run, 0, own.executor);
        begun += 1;
        if (begun === 2 && terms.isHeir !== true) process.kill(process.pid, 'SIGSTOP');
      },
      { name: 'step 0' },
    );
    return 'together';
  },
  { name: 'together' },
);

/** Keeps the event loop for itself. */
DBOS.registerWorkflow(
  async (run: string, busyMs: number) => {
    await step(life(), run, 0, async () => {
      for (const until = performance.now() + busyMs; performance.now() < until; );
    });
    return 'spun';
  },
  { name: 'spin' },
);

/** Ends its process. */
DBOS.registerWorkflow(
  async (run: string) => {
    await step(life(), run, 0, async () => process.kill(process.pid, 'SIGKILL'));
  },
  { name: 'poison', maxRecoveryAttempts: 2 },
);

if (ownId !== undefined) {
  DBOS.setConfig({ ...config, systemDatabaseUrl: connection, executorID: ownId });
  await DBOS.launch();
}
await supervisor.start();
await DBOS.registerQueue('work', {
  minPollingIntervalMs: 50,
  ...(terms.workerConcurrency !== undefined && { workerConcurrency: terms.workerConcurrency }),
});
say({ type: 'ready', executorId: supervisor.executorId });
process.on('SIGUSR2', () => {
  void supervisor.parked().then((parked) => say({ type: 'parked', parked }));
});
process.on('SIGTERM', () => {
  void supervisor.stop({ drainMs: terms.drainMs ?? 0 }).then(async () => {
    if (ownId !== undefined) await DBOS.shutdown();
    say({ type: 'stopped' });
    process.exit(0);
  });
});
