// A skill of your own: it reads files, reports findings with evidence, and any agent can have it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BaseAgent, Orchestrator, type RuleInfo, type Skill, type SkillContext } from 'autogen-orchestrator';
import { locate, makeFindings } from 'autogen-orchestrator/skills';
import { z } from 'zod';

const rule: RuleInfo = { id: 'print-call', severity: 'warning', title: 'A print', help: 'Use the logger.' };
const input = z.object({});
const output = z.object({ files: z.number() });

async function pythonFiles({ workspace, signal }: SkillContext) {
  const { files } = await workspace.list({ signal });
  const python = files.filter(({ language }) => language === 'python');
  return (await Promise.all(python.map(({ path }) => workspace.read(path)))).filter((file) => !!file);
}

const printScan: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'print-scan',
  title: 'Print scan',
  description: 'Finds calls of print in Python.',
  taskTypes: ['code_review'],
  sideEffects: 'read',
  rules: [rule],
  input,
  output,
  async available(context) {
    if ((await pythonFiles(context)).length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no Python file.' };
  },
  async run(_input, context) {
    const files = await pythonFiles(context);
    const places = files.flatMap((file) =>
      file.lines.flatMap((line, index) => (line.includes('print(') ? locate(file, index + 1) : [])),
    );
    const findings = makeFindings(places.map((location) => ({ rule, message: 'A print call.', location })));
    const evidence = files.map((file) => locate(file, 1));
    return { summary: `Prints: ${places.length}.`, data: { files: files.length }, findings, evidence };
  },
};

const workspace = await mkdtemp(join(tmpdir(), 'example-'));
await writeFile(join(workspace, 'shop.py'), 'def total(a, b):\n    print(a)\n    return a + b\n');
const orchestrator = new Orchestrator({ workspace });
const takes = { capabilities: ['code_review'], taskTypes: ['code_review'] } as const;
orchestrator.registerAgent(
  new BaseAgent({ name: 'Printer', description: 'Looks for prints.', ...takes, skills: [printScan] }),
);
const result = await orchestrator.runTask({ title: 'Look', description: '.', taskType: 'code_review' });
for (const { summary, findings } of result.artifacts) console.log(summary, findings[0]?.location.line);
await orchestrator.shutdown();
await rm(workspace, { recursive: true });

// Prints:
// Prints: 1. 2
