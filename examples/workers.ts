// Several workers on one PostgreSQL: any of them takes a task, and what a killed one had goes to the others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BaseAgent, Orchestrator, Task, type TaskJson, type TaskOutcome } from 'autogen-orchestrator';
import { DbosBackend } from 'autogen-orchestrator/backends/dbos';

const connectionString = process.env['DATABASE_URL'];
const [name = 'main'] = process.argv.slice(2);

class Clerk extends BaseAgent {
  constructor() {
    super({ name: 'Clerk', description: 'Files.', capabilities: ['planning'], taskTypes: ['planning'] });
  }
  override async handleTask({ title }: TaskJson): Promise<TaskOutcome> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { success: true, output: `${title} by ${name}` };
  }
}

async function work(url: string): Promise<void> {
  // Each process of the team looks like this; with a lease of a second the others soon know that one is dead.
  const backend = new DbosBackend({ connectionString: url, leaseMs: 1000, maxRunning: 2 });
  const orchestrator = new Orchestrator({ backend });
  orchestrator.registerAgent(new Clerk());
  await orchestrator.start();
  console.log(`${name} works`);
  if (name !== 'main') return;

  const workers = ['one', 'two'].map((each) =>
    spawn(process.execPath, [fileURLToPath(import.meta.url), each], { stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  for (const { stdout } of workers) console.log(...(await once(createInterface({ input: stdout }), 'line')));
  const tasks = Array.from(
    { length: 12 },
    (_, n) => new Task({ title: `letter ${n}`, description: 'File it.', taskType: 'planning' }),
  );
  const ids = await orchestrator.submitTasks(tasks);
  await new Promise((resolve) => setTimeout(resolve, 400));
  console.log('one is killed', workers[0]?.kill('SIGKILL'));
  for (const id of ids) console.log((await orchestrator.waitFor(id)).output);
  workers[1]?.kill('SIGTERM');
  await orchestrator.shutdown();
}

if (connectionString === undefined) {
  console.log('Set DATABASE_URL to a PostgreSQL database that may be written to, such as');
  console.log('  DATABASE_URL=postgres://postgres@localhost/work npm run example -- workers');
  console.log('and have its driver and engine installed: npm install pg@8 @dbos-inc/dbos-sdk@5.3.0');
} else {
  await work(connectionString);
}

// Prints:
// Set DATABASE_URL to a PostgreSQL database that may be written to, such as
//   DATABASE_URL=postgres://postgres@localhost/work npm run example -- workers
// and have its driver and engine installed: npm install pg@8 @dbos-inc/dbos-sdk@5.3.0
