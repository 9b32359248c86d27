/** Runs one skill as a step of the run and tells those who watch. */
import type { AgentContext } from '../contracts/agent.ts';
import type { Artifact } from '../contracts/artifact.ts';
import type { AnySkill, SkillContext } from '../contracts/skill.ts';
import type { TaskJson } from '../contracts/task.ts';
import { digestJson, type JsonValue } from '../shared/json.ts';
import { runSkill } from '../skills/kit/run-skill.ts';

/** The artifact of a skill's run; `unavailable` when there is no workspace to work on. */
export async function performSkill(
  agent: string,
  skill: AnySkill,
  input: unknown,
  request: Pick<TaskJson, 'title' | 'description'>,
  context: AgentContext,
): Promise<Artifact> {
  context.emit({ type: 'skill-started', skill: skill.name });
  const key = `skill:${skill.name}:${digestJson(input ?? null).slice(7, 15)}`;
  const artifact = await context.step(key, async ({ signal }) => {
    const made = await makeArtifact(agent, skill, input, request, { ...context, signal });
    return made as unknown as JsonValue;
  });
  const result = artifact as unknown as Artifact;
  context.emit({ type: 'skill-finished', skill: skill.name, artifact: result });
  return result;
}

/** Runs a skill with what an agent's context gives it; `unavailable` without a workspace. No step of its own. */
export async function makeArtifact(
  agent: string,
  skill: AnySkill,
  input: unknown,
  request: Pick<TaskJson, 'title' | 'description'>,
  context: AgentContext,
): Promise<Artifact> {
  const skillContext = skillContextOf(context, request);
  if (skillContext !== undefined) return runSkill(skill, input, skillContext, { agent });
  const reason = `Skill ${skill.name} needs a workspace; give one with \`new Orchestrator({ workspace: 'path' })\`.`;
  return {
    schemaVersion: 1,
    id: `${skill.name}-unavailable`,
    kind: skill.name,
    title: skill.title,
    agent,
    skill: skill.name,
    status: 'unavailable',
    reason,
    summary: reason,
    data: {},
    findings: [],
    evidence: [],
    durationMs: 0,
  };
}

/** The part of an agent's context that skills see; undefined without a workspace. */
function skillContextOf(
  context: AgentContext,
  request: Pick<TaskJson, 'title' | 'description'>,
): SkillContext | undefined {
  if (context.workspace === undefined) return undefined;
  return {
    signal: context.signal,
    logger: context.logger,
    clock: context.clock,
    workspace: context.workspace,
    runner: context.runner,
    knowledge: context.knowledge,
    allowExecute: context.policy.allowExecute,
    artifacts: Object.values(context.inputs).flatMap((result) => result.artifacts),
    request: { title: request.title, description: request.description },
  };
}
