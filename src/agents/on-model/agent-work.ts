/** An agent's work with a model: the talk it begins with, the loop, and the artifacts that come of it. */
import type { AgentContext } from '../../contracts/agent.ts';
import type { Artifact } from '../../contracts/artifact.ts';
import type { ModelClient, ModelMessage } from '../../contracts/model.ts';
import type { ToolBox } from '../../contracts/tool.ts';
import type { ContextPolicy } from '../../llm/loop/context-policy.ts';
import type { LoopLimits, ToolCallRecord, ToolLoopResult } from '../../llm/loop/loop-options.ts';
import { runToolLoop } from '../../llm/loop/run-tool-loop.ts';
import { fenceData } from '../../llm/loop/show-result.ts';
import type { ToolPolicy } from '../../llm/loop/tool-policy.ts';
import { digestJson, type JsonObject, toJsonValue } from '../../shared/json.ts';
import { type AgentAnswer, answerFormat } from './answer-shape.ts';
import type { PromptFiles } from './prompt-files.ts';
import { isArtifact } from './skill-tool.ts';

/** Who works, and how its loop is bound. */
export interface ModelWorker {
  readonly name: string;
  readonly description: string;
  /** The file of its role. */
  readonly promptName: string;
  /** In place of the file. */
  readonly ownSystemMessage: string | undefined;
  readonly prompts: PromptFiles;
  readonly policy: ToolPolicy;
  readonly limits: LoopLimits;
  readonly contextPolicy: ContextPolicy | undefined;
}

/** One piece of work. */
export interface AgentWork {
  readonly worker: ModelWorker;
  readonly context: AgentContext;
  readonly model: ModelClient;
  readonly tools: ToolBox;
  /** Artifacts of earlier work, which may be cited. */
  readonly given: readonly Artifact[];
  readonly prompt: 'task' | 'message';
  readonly values: Readonly<Record<string, string>>;
  /** Tells it from other loops of the run. */
  readonly key: string;
}

/** What came of it. */
export interface WorkedOut {
  readonly loop: ToolLoopResult<AgentAnswer>;
  /** Made by skills. */
  readonly made: readonly Artifact[];
  /** Calls that changed something, as artifacts. */
  readonly effects: readonly Artifact[];
  /** Results that were too long to be shown whole. */
  readonly kept: readonly Artifact[];
}

const MOST_GIVEN = 100;

/** Rejects as the loop does. */
export async function workOnModel(work: AgentWork): Promise<WorkedOut> {
  const { worker, context, model, tools, given, key } = work;
  const made = new Map<string, Artifact>();
  const effects = new Map<string, Artifact>();
  const kept = new Map<string, Artifact>();
  const take = (record: ToolCallRecord): string | undefined => {
    if (record.outcome !== 'done') return undefined;
    if (isArtifact(record.output)) {
      const artifact = record.output as unknown as Artifact;
      made.set(artifact.id, artifact);
      return undefined;
    }
    const { sideEffects = 'external' } = tools.list.find(({ name }) => name === record.tool) ?? {};
    const changes = sideEffects === 'write' || sideEffects === 'external';
    if (!changes && !record.isCut) return undefined;
    const artifact = callArtifact(worker.name, record, changes);
    (changes ? effects : kept).set(artifact.id, artifact);
    return `[artifact ${artifact.id}]`;
  };
  const known = new Set(given.map(({ id }) => id));
  const loop = await runToolLoop<AgentAnswer>({
    model,
    messages: await openingOf(work),
    tools,
    policy: worker.policy,
    limits: worker.limits,
    answer: answerFormat((id) => known.has(id) || made.has(id) || effects.has(id) || kept.has(id)),
    ask: context.ask,
    step: (name, decide) => context.step(name, decide),
    signal: context.signal,
    emit: (event) => context.emit(event),
    remark: take,
    stream: true,
    key,
    clock: context.clock,
    ...(worker.contextPolicy === undefined ? {} : { context: worker.contextPolicy }),
  });
  return { loop, made: [...made.values()], effects: [...effects.values()], kept: [...kept.values()] };
}

async function openingOf({ worker, given, prompt, values }: AgentWork): Promise<readonly ModelMessage[]> {
  const who = { name: worker.name, description: worker.description };
  const role = worker.ownSystemMessage ?? (await worker.prompts.text(worker.promptName, who, 'default'));
  const rules = await worker.prompts.text('rules', who);
  const listed = given
    .slice(0, MOST_GIVEN)
    .map(
      ({ id, agent, title, status, summary }) =>
        `${id} (${agent}, ${title}, ${status}): ${summary.slice(0, 300)}`,
    );
  const earlier =
    listed.length === 0 ? '' : fenceData('results of earlier work, see read_artifact', listed.join('\n'));
  const opening = await worker.prompts.text(prompt, {
    ...who,
    ...values,
    context: [values['context'] ?? '', earlier].filter((part) => part !== '').join('\n\n'),
  });
  return [
    { type: 'system', content: `${role}\n\n${rules}` },
    { type: 'user', source: 'orchestrator', content: opening },
  ];
}

/** A call as an artifact: what was done, with what, and what came back. */
function callArtifact(
  agent: string,
  { tool, input, output, digest }: ToolCallRecord,
  changes: boolean,
): Artifact {
  const data: JsonObject = { input, output };
  return {
    schemaVersion: 1,
    id: `${tool}-${digestJson({ tool, ...data }).slice('sha256:'.length, 'sha256:'.length + 10)}`,
    kind: changes ? 'tool-call' : 'tool-result',
    title: `Call of ${tool}`,
    agent,
    skill: tool,
    status: 'done',
    summary: `${tool} was called${changes ? ' and did what it does' : ''}.`,
    data,
    findings: [],
    evidence: [{ type: 'document', id: `call:${tool}`, title: `What ${tool} gave`, digest }],
    durationMs: 0,
  };
}

/** The answer as an artifact; undefined without a claim that something shows. It is no evidence by itself. */
export function summaryArtifact(
  agent: string,
  answer: AgentAnswer,
  artifacts: readonly Artifact[],
): Artifact | undefined {
  const cited = new Set(answer.claims.flatMap((claim) => claim.artifacts));
  const evidence = artifacts
    .filter(({ id }) => cited.has(id))
    .map(({ id, title, data }) => ({ type: 'document', id, title, digest: digestJson(data) }) as const);
  if (evidence.length === 0) return undefined;
  const data = toJsonValue(answer) as JsonObject;
  return {
    schemaVersion: 1,
    id: `agent-summary-${digestJson(data).slice('sha256:'.length, 'sha256:'.length + 10)}`,
    kind: 'agent-summary',
    title: 'Summary by a model',
    agent,
    skill: 'model',
    status: 'done',
    summary: answer.summary.slice(0, 500),
    data,
    findings: [],
    evidence,
    durationMs: 0,
  };
}
