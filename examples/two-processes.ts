// Two processes share the tasks of one file, and neither does what the other has.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AgentContext, BaseAgent, Orchestrator, type TaskJson } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';

// The second process is this program again, with the folder as its argument.
const [, , given] = process.argv;
const folder = given ?? mkdtempSync(join(tmpdir(), 'two-processes-'));

class Worker extends BaseAgent {
  constructor() {
    super({ name: 'Worker', description: 'Works.', capabilities: [], taskTypes: ['data'] });
  }
  override async handleTask(_task: TaskJson, { signal }: AgentContext) {
    await setTimeout(200, undefined, { signal });
    return { success: true, output: process.pid };
  }
}

// The limit of two tasks at once counts over both; of these each process works on one.
const backend = new SqliteBackend({ path: join(folder, 'runs.db'), maxRunning: 1 });
const orchestrator = new Orchestrator({ backend, concurrency: 2 });
orchestrator.registerAgent(new Worker());
await orchestrator.start();

if (given === undefined) {
  const second = spawn(process.execPath, [fileURLToPath(import.meta.url), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(second.stdout, 'data');
  const tasks = Array.from(
    { length: 12 },
    (_, index) => ({ title: `part ${index}`, description: 'x', taskType: 'data' }) as const,
  );
  const ids = await orchestrator.submitTasks(tasks);
  const results = await Promise.all(ids.map((id) => orchestrator.waitFor(id)));
  console.log(`${results.filter(({ success }) => success).length} of ${tasks.length} tasks are done`);
  console.log(`by ${new Set(results.map(({ output }) => output)).size} processes`);
  second.stdin.end();
  await once(second, 'exit');
  await orchestrator.shutdown();
  rmSync(folder, { recursive: true });
} else {
  console.log('ready');
  await once(process.stdin.resume(), 'end');
  await orchestrator.shutdown();
}

// Prints:
// 12 of 12 tasks are done
// by 2 processes
