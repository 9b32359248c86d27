/** A process that works on a file of runs: `node worker.ts FILE URL LOG OPTIONS`. It is made to be killed. */
import { appendFileSync } from 'node:fs';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';

const [path = '', url = '', log = '', options = '{}'] = process.argv.slice(2);

/** Tells the counting server, and waits for its answer. */
async function tell(what: string): Promise<string> {
  const response = await fetch(`${url}/${what}?pid=${process.pid}`, { method: 'POST' });
  return response.text();
}

const backend = new SqliteBackend({ path, ...(JSON.parse(options) as object) });
backend.register('twenty', async (context, input) => {
  for (let index = 0; index < 20; index += 1) {
    await context.step(`step ${index}`, async () => {
      appendFileSync(log, `${context.runId} ${index}\n`);
      await tell(`${context.runId}/${index}`);
      await new Promise((resolve) => setTimeout(resolve, Number(input)));
      return index;
    });
  }
  return 'all twenty';
});
backend.register('once', (context) =>
  context.step('only', async () => {
    const answer = await tell(context.runId);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return answer;
  }),
);
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
backend.register('poison', async () => {
  process.kill(process.pid, 'SIGKILL');
  return null;
});
await backend.start();
console.log('ready');
process.on('SIGTERM', () => void backend.stop({ drainMs: 1000 }));
