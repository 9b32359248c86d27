/** What the workflow engine adds to each step: steps of an agent that does nothing, over a bare loop that asks it. */
import { BaseAgent } from '../src/agents/base-agent.ts';
import type { TaskOutcome } from '../src/contracts/task.ts';
import { createLogger } from '../src/observability/logger.ts';
import { Workflow } from '../src/workflow/workflow.ts';
import { WorkflowEngine } from '../src/workflow/workflow-engine.ts';
import type { WorkflowStepInit } from '../src/workflow/workflow-step.ts';
import type { Benchmark, Case } from './measure.ts';

class Idle extends BaseAgent {
  constructor() {
    super({
      name: 'Idle',
      description: 'Does nothing.',
      capabilities: ['coding'],
      taskTypes: ['development'],
    });
  }
  override async handleTask(): Promise<TaskOutcome> {
    return { success: true, output: 'done' };
  }
}

/** Steps side by side, or each after the one before it. */
function stepsOf(count: number, isChain: boolean): WorkflowStepInit[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    name: `s${index}`,
    stepType: 'task' as const,
    config: { title: 'idle', description: 'x' },
    dependencies: isChain && index > 0 ? [`s${index - 1}`] : [],
  }));
}

async function runSteps(count: number, isChain: boolean): Promise<number> {
  const engine = new WorkflowEngine({ logger: createLogger({ level: 'silent' }) });
  engine.registerAgent(new Idle());
  const workflow = new Workflow({ name: 'bench', steps: stepsOf(count, isChain) });
  const start = performance.now();
  const result = await engine.execute(workflow, {});
  const elapsed = performance.now() - start;
  await engine.close();
  if (!result.success) throw new Error(`Expected the workflow to succeed, got ${result.errorMessage}`);
  return (elapsed * 1_000) / count;
}

/** Microseconds for each call. */
async function runLoop(count: number): Promise<number> {
  const agent = new Idle();
  const outputs: unknown[] = [];
  const start = performance.now();
  for (let index = 0; index < count; index += 1) outputs.push((await agent.handleTask()).output);
  return ((performance.now() - start) * 1_000) / outputs.length;
}

export const workflow: Benchmark = {
  title: 'steps of an agent that does nothing, for each step; floor: a loop that awaits the agent',
  async cases({ isQuick }) {
    await runSteps(50, true); // the compiler warms up
    const counts = isQuick ? [10, 100] : [10, 100, 1_000];
    return counts.flatMap((count): Case[] =>
      [true, false].map((isChain) => ({
        what: `${count} steps ${isChain ? 'one after the other' : 'side by side'}`,
        unit: 'us',
        size: count,
        async measure() {
          return { floor: await runLoop(count), own: await runSteps(count, isChain) };
        },
      })),
    );
  },
};
