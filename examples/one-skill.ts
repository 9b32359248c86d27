// One skill by itself, and one with an input: no agent of your own, no other skill runs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Orchestrator, PMAgent, SecurityAgent } from 'autogen-orchestrator';

const workspace = await mkdtemp(join(tmpdir(), 'example-'));
await writeFile(join(workspace, 'run.js'), 'export const run = (code) => eval(code);\n');

const orchestrator = new Orchestrator({ workspace });
orchestrator.registerAgents([new SecurityAgent(), new PMAgent()]);

const scan = await orchestrator.runTask({
  title: 'Scan the code',
  description: 'Nothing else.',
  taskType: 'security_review',
  metadata: { skills: ['code-scan'] },
});
for (const { skill, status, findings } of scan.artifacts)
  console.log(skill, status, findings.map(({ rule, location }) => `${rule}:${location.line}`).join());

const tasks = [
  { id: 'build', optimistic: 1, likely: 2, pessimistic: 6, dependencies: [] },
  { id: 'ship', optimistic: 1, likely: 1, pessimistic: 2, dependencies: ['build'] },
];
const plan = await orchestrator.runTask({
  title: 'Estimate',
  description: 'How long does it take?',
  taskType: 'planning',
  metadata: { skills: ['estimate'], skillInputs: { estimate: { tasks, unit: 'days', seed: 1 } } },
});
for (const { status, data } of plan.artifacts) console.log(status, data['p50'], data['p95']);

await orchestrator.shutdown();
await rm(workspace, { recursive: true });

// Prints:
// code-scan done eval-use:1
// done 3.551 5.281
