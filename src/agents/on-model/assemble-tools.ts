/** All that an agent may call with a model: its skills, the workspace, its memory, the orchestrator's tools and adapters. */
import type { AgentContext } from '../../contracts/agent.ts';
import type { Artifact } from '../../contracts/artifact.ts';
import type { AnySkill } from '../../contracts/skill.ts';
import type { TaskJson } from '../../contracts/task.ts';
import type { AnyTool, ToolBox } from '../../contracts/tool.ts';
import { adapterTools } from '../../llm/loop/adapter-tool.ts';
import { errorToJson } from '../../shared/errors.ts';
import { memoryTools } from './memory-tools.ts';
import { skillTool } from './skill-tool.ts';
import { workspaceTools } from './workspace-tools.ts';

/** What the tools are made from. */
export interface AssembleOptions {
  readonly agent: string;
  readonly skills: readonly AnySkill[];
  readonly context: AgentContext;
  readonly request: Pick<TaskJson, 'title' | 'description'>;
  /** Artifacts of earlier work. */
  readonly given: readonly Artifact[];
}

/** Where two have a name, the first holds: the orchestrator's tools, then skills, then the rest. */
export async function assembleTools(options: AssembleOptions): Promise<ToolBox> {
  const { skills, context, given } = options;
  const candidates: readonly AnyTool[] = [
    ...skills.map((skill) => skillTool(skill, options)),
    ...(context.workspace === undefined ? [] : workspaceTools(context.workspace)),
    ...memoryTools(context, given),
    ...(await toolsOfAdapters(context)),
  ];
  const taken = new Set(context.tools.list.map(({ name }) => name));
  const more: AnyTool[] = [];
  for (const tool of candidates) {
    if (taken.has(tool.name))
      context.logger.warn({ tool: tool.name }, 'a tool is left out: its name is taken');
    else more.push(tool);
    taken.add(tool.name);
  }
  return context.tools.with(more);
}

/** An adapter that can't be reached offers nothing, and the work goes on. */
async function toolsOfAdapters({ adapters, logger }: AgentContext): Promise<readonly AnyTool[]> {
  const tools: AnyTool[] = [];
  for (const adapter of adapters.values()) {
    if (adapter.describe === undefined || adapter.status === 'disabled') continue;
    try {
      await adapter.connect();
      // The operation inside is an effect of its own, which asks for itself.
      tools.push(...adapterTools(adapter, { onUnfinished: 'retry' }));
    } catch (error) {
      logger.warn(
        { adapter: adapter.name, error: errorToJson(error) },
        'an adapter offers no tools: it failed',
      );
    }
  }
  return tools;
}
