// An effect whose process ended before anybody saw the receipt: the other side is asked, and it is not done twice.

import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AgentContext, BaseAgent, Orchestrator, type TaskJson } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';

// The worker gets the folder that both processes share; without it this is the process that looks on.
const [, , given] = process.argv;
const folder = given ?? mkdtempSync(join(tmpdir(), 'effects-'));
const ledger = join(folder, 'ledger.txt');
const paid = () => readFileSync(ledger, 'utf8').split('\n').filter(Boolean);

class Payer extends BaseAgent {
  constructor() {
    super({ name: 'Payer', description: 'Pays.', capabilities: ['coding'], taskTypes: ['data'] });
  }
  override async handleTask(_task: TaskJson, context: AgentContext) {
    const receipt = await context.effect('pay', {
      operation: 'Pay 10 euros',
      onUnfinished: 'reconcile',
      async perform({ idempotencyKey }) {
        appendFileSync(ledger, `${idempotencyKey}\n`);
        if (given !== undefined) process.kill(process.pid, 'SIGKILL');
        return 'paid now';
      },
      async reconcile({ idempotencyKey }) {
        if (!paid().includes(idempotencyKey)) return { state: 'absent' };
        return { state: 'happened', receipt: 'paid before' };
      },
    });
    return { success: true, output: receipt };
  }
}

if (given === undefined) {
  const { signal } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), folder]);
  console.log(`the worker ended by ${signal}; paid ${paid().length} time`);
}
const backend = new SqliteBackend({ path: join(folder, 'runs.db'), leaseMs: 500 });
const orchestrator = new Orchestrator({ backend });
orchestrator.registerAgent(new Payer());
const task = { id: 'invoice-17', title: 'Pay', description: 'Pay it.', createdAt: new Date(0) };
const { output } = await orchestrator.runTask({ ...task, taskType: 'data' });
console.log(`${output}; paid ${paid().length} time`);
await orchestrator.shutdown();
rmSync(folder, { recursive: true });

// Prints:
// the worker ended by SIGKILL; paid 1 time
// paid before; paid 1 time
