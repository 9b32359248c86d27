// Nine agents on one folder: ask the security agent for a review and print what it found.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Orchestrator, SecurityAgent, TaskType } from 'autogen-orchestrator';

const workspace = await mkdtemp(join(tmpdir(), 'hello-'));
await writeFile(
  join(workspace, 'run.js'),
  "import { exec } from 'node:child_process';\nexport const list = (dir) => exec('ls ' + dir);\n",
);

const orchestrator = new Orchestrator({ workspace });
orchestrator.registerAgent(new SecurityAgent());
const result = await orchestrator.runTask({
  title: 'Review the scripts',
  description: 'Look for secrets and dangerous code.',
  taskType: TaskType.SECURITY_REVIEW,
});
for (const { findings } of result.artifacts) {
  for (const { rule, location } of findings) console.log(`${rule} at ${location.path}:${location.line}`);
}
await orchestrator.shutdown();
await rm(workspace, { recursive: true });

// Prints:
// command-injection at run.js:2
