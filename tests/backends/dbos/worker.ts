/** A process that works on a database of runs: `node worker.ts URL COUNTER LOG OPTIONS`. It is made to be killed. */
import { appendFileSync } from 'node:fs';
import { DbosBackend, type DbosBackendOptions } from '../../../src/backends/dbos/index.ts';

const [connectionString = '', url = '', log = '', options = '{}'] = process.argv.slice(2);

/** Tells the counting server, and waits for its answer. */
async function tell(what: string): Promise<string> {
  const response = await fetch(`${url}/${what}?pid=${process.pid}`, { method: 'POST' });
  return response.text();
}

const backend = new DbosBackend({
  connectionString,
  ...(JSON.parse(options) as Partial<DbosBackendOptions>),
});
backend.register('steps', async (context, input) => {
  const { count, milliseconds } = input as { count: number; milliseconds: number };
  for (let index = 0; index < count; index += 1) {
    await context.step(`step ${index}`, async () => {
      appendFileSync(log, `${context.runId} ${index} ${process.pid}\n`);
      await tell(`${context.runId}/${index}`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return index;
    });
  }
  return 'all steps';
});
backend.register('once', (context) => context.step('only', () => tell(context.runId)));
backend.register('held', async (context) => {
  try {
    return await context.step('held', async ({ confirm }) => {
      const answer = await tell(context.runId);
      await confirm?.();
      console.log('confirmed');
      return answer;
    });
  } catch (error) {
    console.log('refused', (error as { code?: string }).code);
    throw error;
  }
});
backend.register('patient', async (context) => {
  await context.sleep('nap', 300);
  const word = await context.waitForSignal('wait', 'go');
  const child = await context.child('child', 'once', null, { queue: 'work' });
  return { word, child: (await child.outcome()).output };
});
backend.register('poison', async () => {
  process.kill(process.pid, 'SIGKILL');
  return null;
});
await backend.start();
console.log('ready');
process.on('SIGTERM', () => void backend.stop({ drainMs: 500 }).then(() => console.log('left')));
