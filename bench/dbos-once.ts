/**
 * One measurement in a process of its own, since DBOS is one to a process: `dbos-once.ts plain|own STEPS COUNT URL`.
 * Prints the milliseconds for each task or step.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { DbosBackend } from '../src/backends/dbos/index.ts';

const [who, stepsText = '0', countText = '0', url = ''] = process.argv.slice(2);
const count = Number(countText);
const steps = Number(stepsText);
const AT_ONCE = 50;
let done = 0;
let finish: () => void = () => undefined;
const allDone = new Promise<void>((resolve) => {
  finish = resolve;
});

/** Both are counted at the end of the function: how its end is waited for differs too much. */
const work = async (step: (key: string) => Promise<unknown>): Promise<null> => {
  for (let index = 0; index < steps; index += 1) await step(`step-${index}`);
  done += 1;
  if (done === count) finish();
  return null;
};

/** Hands all in, so many at once, and waits until all are done. */
async function elapsedFor(submit: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const submitting = Array.from({ length: AT_ONCE }, async () => {
    while (next < count) {
      next += 1;
      await submit();
    }
  });
  await Promise.all([...submitting, allDone]);
  return performance.now() - start;
}

async function plain(): Promise<number> {
  const run = DBOS.registerWorkflow(() => work((name) => DBOS.runStep(() => Promise.resolve(1), { name })), {
    name: 'bench',
  });
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: 20, logLevel: 'error' });
  await DBOS.launch();
  await DBOS.registerQueue('bench', { workerConcurrency: 100, minPollingIntervalMs: 20 });
  const elapsed = await elapsedFor(() => DBOS.startWorkflow(run, { queueName: 'bench' })());
  await DBOS.shutdown();
  return elapsed;
}

async function own(): Promise<number> {
  const backend = new DbosBackend({ connectionString: url });
  backend.register('bench', (context) => work((key) => context.step(key, () => Promise.resolve(1))));
  await backend.start();
  const elapsed = await elapsedFor(() => backend.submit('bench', null, { queue: 'bench', tenant: 'bench' }));
  await backend.stop();
  return elapsed;
}

const elapsed = await (who === 'plain' ? plain() : own());
console.log(elapsed / (count * Math.max(1, steps)));
