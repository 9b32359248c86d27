// A workflow that survives kill -9: another process goes on where the first one was, and repeats nothing that was done.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BaseAgent, Orchestrator, type TaskJson, type TaskOutcome, Workflow } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';

const [path = join(mkdtempSync(join(tmpdir(), 'durable-')), 'runs.db')] = process.argv.slice(2);
const isFirst = process.argv.length > 2;

class Clerk extends BaseAgent {
  constructor() {
    super({ name: 'Clerk', description: 'Pays.', capabilities: ['planning'], taskTypes: ['planning'] });
  }
  override async handleTask({ title }: TaskJson): Promise<TaskOutcome> {
    console.log(isFirst ? 'first process:' : 'second process:', title);
    // In its first life it never gets past the second step.
    if (isFirst && title === 'ask the bank') await new Promise(() => undefined);
    return { success: true, output: `${title}: done` };
  }
}

const workflow = new Workflow({ name: 'invoice' });
let before: string[] = [];
for (const title of ['write the invoice', 'ask the bank', 'send the receipt']) {
  const config = { title, description: title, taskType: 'planning' };
  before = [workflow.addStep({ name: title, stepType: 'task', config, dependencies: before }).id];
}

// A process that has given no sign of life for half a second loses its runs to the others.
const orchestrator = new Orchestrator({ backend: new SqliteBackend({ path, leaseMs: 500 }) });
orchestrator.registerAgent(new Clerk());
if (isFirst) {
  console.log('run', await orchestrator.submitWorkflow(workflow));
} else {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), path]);
  let id = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('run ')) id = line.slice(4);
    else console.log(line);
    if (line.endsWith('ask the bank')) child.kill('SIGKILL');
  }
  await orchestrator.start();
  const { status, outputs } = await orchestrator.waitForWorkflow(id);
  console.log(status, Object.values(outputs).length, 'outputs');
  await orchestrator.shutdown();
  rmSync(join(path, '..'), { recursive: true });
}

// Prints:
// first process: write the invoice
// first process: ask the bank
// second process: ask the bank
// second process: send the receipt
// completed 3 outputs
