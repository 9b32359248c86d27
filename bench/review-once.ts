/** One review of a folder, or its floor, in this process; prints its time from the start of the process and its peak memory. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const [root = '.', mode = 'review'] = process.argv.slice(2);

async function reviewFolder(): Promise<void> {
  const { allAgents } = await import('../src/agents/all-agents.ts');
  const { Orchestrator } = await import('../src/orchestrator/orchestrator.ts');
  const { WorkflowTemplates } = await import('../src/workflow/workflow-templates.ts');
  const orchestrator = new Orchestrator({ workspace: root });
  orchestrator.registerAgents(allAgents());
  const result = await orchestrator.runWorkflow(WorkflowTemplates.repositoryReview());
  await orchestrator.shutdown();
  if (!result.success) throw new Error(`The review failed: ${result.errorMessage}`);
}

async function parseFolder(): Promise<void> {
  const { parse } = await import('@babel/parser');
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('.git')) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    if (!/\.[jt]s$/.test(entry.name)) continue;
    try {
      parse(text, { sourceType: 'module', errorRecovery: true, plugins: ['typescript'] });
    } catch (error) {
      // Some files of the sample are broken on purpose.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

await (mode === 'review' ? reviewFolder() : parseFolder());
console.log(JSON.stringify({ ms: performance.now(), peakMb: process.resourceUsage().maxRSS / 1024 }));
