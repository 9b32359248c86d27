import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { AgentContext, AgentContract, AgentMessage, AgentResponse } from '../../src/contracts/agent.ts';
import { type TaskJson, type TaskOutcome, TaskType } from '../../src/contracts/task.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { WorkflowEngine, type WorkflowEngineOptions } from '../../src/workflow/workflow-engine.ts';
import type { WorkflowStepInit } from '../../src/workflow/workflow-step.ts';

export type Work = (task: TaskJson, context: AgentContext) => TaskOutcome | Promise<TaskOutcome>;

/** Does any task the way the test says, and notes the order. */
export class Hand implements AgentContract {
  readonly description = 'Does what the test says.';
  readonly capabilities = [];
  readonly taskTypes: readonly TaskType[];
  readonly done: string[] = [];
  readonly messages: AgentMessage[] = [];
  readonly name: string;
  most = 0;
  #working = 0;
  readonly #work: Work;

  constructor(
    work: Work = () => ({ success: true, output: 'done' }),
    name = 'Hand',
    taskTypes: readonly TaskType[] = Object.values(TaskType),
  ) {
    this.#work = work;
    this.name = name;
    this.taskTypes = taskTypes;
  }

  async handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome> {
    this.done.push(task.title);
    this.#working += 1;
    this.most = Math.max(this.most, this.#working);
    try {
      return await this.#work(task, context);
    } finally {
      this.#working -= 1;
    }
  }

  async processMessage(message: AgentMessage): Promise<AgentResponse> {
    this.messages.push(message);
    return {
      agentName: this.name,
      content: message.content === 'fail' ? '' : `${this.name} heard: ${message.content}`,
      success: message.content !== 'fail',
      artifacts: [],
      metadata: {},
      timestamp: message.timestamp,
      needsCorrection: false,
      correctionReason: null,
    };
  }
}

const opened: WorkflowEngine[] = [];

/** An engine over these agents, closed by {@link closeEngines}. */
export function engineWith(
  agents: readonly AgentContract[],
  options: WorkflowEngineOptions = {},
): WorkflowEngine {
  const engine = new WorkflowEngine({ logger: silentLogger, ...options });
  engine.registerAgents(agents);
  opened.push(engine);
  return engine;
}

/** The same with a clock that stands still. */
export function stillEngine(agents: readonly AgentContract[]): {
  engine: WorkflowEngine;
  clock: ManualClock;
} {
  const clock = new ManualClock();
  return { clock, engine: engineWith(agents, { clock, backend: new MemoryBackend({ clock }) }) };
}

export async function closeEngines(): Promise<void> {
  await Promise.all(opened.splice(0).map((engine) => engine.close()));
}

/** A task step whose id and title are its name. */
export function task(
  name: string,
  more: Partial<WorkflowStepInit> & { config?: object } = {},
): WorkflowStepInit {
  return {
    id: name,
    name,
    stepType: 'task',
    ...more,
    config: { title: name, description: 'Do it.', ...more.config },
  };
}

/** Work that gives `output` for the title; titles that begin with "bad" fail. */
export function outputs(table: Readonly<Record<string, JsonValue>> = {}): Work {
  return ({ title }) =>
    title.startsWith('bad')
      ? { success: false, errorMessage: `${title} went wrong` }
      : { success: true, output: table[title] ?? title };
}

/** By text; the list given stays as it is. */
export function sorted(list: readonly string[]): string[] {
  return [...list].sort((a, b) => (a < b ? -1 : 1));
}
