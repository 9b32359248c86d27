/** Makes a tool of a skill: its output is the artifact, of which the model is shown what it needs. */
import type { AgentContext } from '../../contracts/agent.ts';
import type { Artifact } from '../../contracts/artifact.ts';
import type { AnySkill } from '../../contracts/skill.ts';
import type { TaskJson } from '../../contracts/task.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import { jsonSchemaOf } from '../../llm/loop/tool-schema.ts';
import { isPlainObject, type JsonObject, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { makeArtifact } from '../perform-skill.ts';

/** Whose work it is, and on what request. */
export interface SkillToolOptions {
  readonly agent: string;
  readonly context: AgentContext;
  readonly request: Pick<TaskJson, 'title' | 'description'>;
}

/** Findings that the model is shown of one artifact. */
const MOST_FINDINGS = 40;

/** A call makes an artifact; one that fails makes an artifact that says so. */
export function skillTool(skill: AnySkill, { agent, context, request }: SkillToolOptions): AnyTool {
  return {
    name: skill.name,
    description: `${skill.title}. ${skill.description}`,
    sideEffects: skill.sideEffects,
    input: skill.input,
    parameters: parametersOf(skill),
    async execute(input, { signal }): Promise<JsonValue> {
      context.emit({ type: 'skill-started', skill: skill.name });
      const artifact = await makeArtifact(agent, skill, input, request, { ...context, signal });
      context.emit({ type: 'skill-finished', skill: skill.name, artifact });
      return toJsonValue(artifact);
    },
    present: (output) => presentArtifact(output as unknown as Artifact),
  };
}

/** What a model is shown of an artifact: its id first, since that is what is cited. */
export function presentArtifact(artifact: Artifact): JsonValue {
  const { id, title, status, reason, summary, findings, data } = artifact;
  const rest = findings.length - MOST_FINDINGS;
  return {
    artifact: id,
    title,
    status,
    ...(reason === undefined ? {} : { reason }),
    summary,
    findings: findings
      .slice(0, MOST_FINDINGS)
      .map(({ id: finding, rule, severity, message, suggestion, location }) => ({
        id: finding,
        at: `${location.path}:${location.line}`,
        severity,
        rule,
        message,
        ...(suggestion === undefined ? {} : { suggestion }),
      })),
    ...(rest > 0 ? { furtherFindings: rest } : {}),
    data,
  };
}

/** Whether a value that a tool gave is an artifact. */
export function isArtifact(value: unknown): boolean {
  return (
    isPlainObject(value) &&
    value['schemaVersion'] === 1 &&
    'status' in value &&
    Array.isArray(value['evidence'])
  );
}

function parametersOf(skill: AnySkill): JsonObject {
  try {
    return jsonSchemaOf(skill.name, skill.input);
  } catch {
    // A schema that can't say what it takes still checks it.
    return { type: 'object' };
  }
}
