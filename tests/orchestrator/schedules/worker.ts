/** A process that fires a schedule each second and notes what it does: `node worker.ts FILE LOG`. It is made to be killed. */
import { appendFileSync } from 'node:fs';
import { BaseAgent } from '../../../src/agents/base-agent.ts';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import type { TaskJson, TaskOutcome } from '../../../src/contracts/task.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';

const [path = '', log = ''] = process.argv.slice(2);

class Clerk extends BaseAgent {
  constructor() {
    super({ name: 'Clerk', description: 'Notes.', capabilities: ['data_modeling'], taskTypes: ['data'] });
  }

  override async handleTask({ id }: TaskJson): Promise<TaskOutcome> {
    appendFileSync(log, `${id} ${process.pid}\n`);
    return { success: true, output: 'noted' };
  }
}

const orchestrator = new Orchestrator({ backend: new SqliteBackend({ path, leaseMs: 500, pollMs: 20 }) });
orchestrator.registerAgent(new Clerk());
await orchestrator.start();
await orchestrator.schedule(
  { id: 'tick', cron: '* * * * * *', missed: 'all', overlap: 'allow' },
  { title: 'Note', description: 'Note the time.', taskType: 'data' },
);
console.log('ready');
process.on('SIGTERM', () => void orchestrator.shutdown({ drainMs: 1000 }));
