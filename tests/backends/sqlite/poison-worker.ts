/** A process whose agent brings it down: `node poison-worker.ts FILE`. Other tasks are done. */
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { WorkingAgent } from '../../support/stub-agents.ts';

const [path = ''] = process.argv.slice(2);
const backend = new SqliteBackend({ path, leaseMs: 100, pollMs: 10, maxLosses: 3 });
const orchestrator = new Orchestrator({ backend });
orchestrator.registerAgent(
  new WorkingAgent(async ({ title }) => {
    if (title === 'poison') process.kill(process.pid, 'SIGKILL');
    return { success: true, output: 'done' };
  }),
);
await orchestrator.start();
