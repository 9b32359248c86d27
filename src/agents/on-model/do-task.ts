/** A task done with a model. Whether it succeeded is said by the artifacts, never by the model alone. */

import type { AgentContext } from '../../contracts/agent.ts';
import type { Artifact } from '../../contracts/artifact.ts';
import type { ModelClient } from '../../contracts/model.ts';
import type { AnySkill } from '../../contracts/skill.ts';
import type { StopReason, TaskJson, TaskOutcome } from '../../contracts/task.ts';
import type { LoopStopReason } from '../../llm/loop/loop-options.ts';
import { fenceData } from '../../llm/loop/show-result.ts';
import { boundText } from '../../shared/bound-text.ts';
import { isPlainObject, type JsonObject, toJsonValue } from '../../shared/json.ts';
import { concludeTask } from '../conclude-task.ts';
import { type ModelWorker, summaryArtifact, type WorkedOut, workOnModel } from './agent-work.ts';
import type { AgentAnswer } from './answer-shape.ts';
import { assembleTools } from './assemble-tools.ts';

/** What is needed beside the task. */
export interface TaskWork {
  readonly worker: ModelWorker;
  readonly context: AgentContext;
  readonly model: ModelClient;
  readonly skills: readonly AnySkill[];
  /** Whether the task asks for something new to be written. */
  readonly mustWrite: boolean;
  /** Runs the skills that fit the task, as without a model. */
  runSkills(): Promise<readonly Artifact[]>;
}

const STOPS: Readonly<Record<Exclude<LoopStopReason, 'completed'>, StopReason>> = {
  'model-calls': 'limit-reached',
  'tool-calls': 'limit-reached',
  'timed-out': 'timed-out',
  'budget-exceeded': 'budget-exceeded',
  'no-progress': 'failed',
  faults: 'failed',
  'context-overflow': 'failed',
  truncated: 'failed',
  'content-filter': 'failed',
};

/** Results of one earlier task are told up to this many characters. */
const MOST_OUTPUT = 4000;

export async function doTaskOnModel(task: TaskJson, work: TaskWork): Promise<TaskOutcome> {
  const { worker, context, skills, mustWrite } = work;
  const given = Object.values(context.inputs).flatMap(({ artifacts }) => artifacts);
  const tools = await assembleTools({ agent: worker.name, skills, context, request: task, given });
  const canWrite = tools.list.some(
    ({ sideEffects }) => sideEffects === 'write' || sideEffects === 'external',
  );
  if (mustWrite && !canWrite) return unableToWrite(task, work);
  const round = roundOf(task);
  const worked = await workOnModel({
    ...work,
    tools,
    given,
    prompt: 'task',
    key: `agent#${round}`,
    values: {
      taskType: task.taskType,
      title: task.title,
      description: task.description,
      context: contextOf(task, context),
    },
  });
  return conclude(task, work, worked, given);
}

async function unableToWrite(task: TaskJson, { worker, runSkills }: TaskWork): Promise<TaskOutcome> {
  const ground = await runSkills();
  const outcome = concludeTask(worker.name, task, ground, { needsModel: false, isModelMissing: false });
  return {
    ...outcome,
    success: false,
    stopReason: 'unavailable',
    retryable: false,
    errorMessage: `A ${task.taskType} task asks ${worker.name} to write something new. It has a model, but no tool that writes: give the orchestrator \`tools: worktreeTools({ worktree })\`, or tools of your own with \`sideEffects: 'write'\`. Its skills did the groundwork.`,
  };
}

async function conclude(
  task: TaskJson,
  { worker, mustWrite, runSkills, model }: TaskWork,
  { loop, made, effects, kept }: WorkedOut,
  given: readonly Artifact[],
): Promise<TaskOutcome> {
  const { stopReason, value, usage, compactions, error } = loop;
  const own = withoutMended([...made, ...effects]);
  const metadata: JsonObject = {
    agent: worker.name,
    model: {
      name: model.info.model,
      stopReason,
      modelCalls: usage.modelCalls,
      toolCalls: usage.toolCalls,
      compactions,
    },
    ...(value === undefined ? {} : (toJsonValue({ claims: value.claims, open: value.open }) as JsonObject)),
  };
  if (stopReason !== 'completed' || value === undefined) {
    const why = error?.message ?? `the loop ended with ${stopReason}`;
    return {
      success: false,
      output: loop.text,
      artifacts: [...own, ...kept],
      metadata,
      stopReason: stopReason === 'completed' ? 'failed' : STOPS[stopReason],
      errorMessage: `${worker.name} did not come to an answer: ${why}. What it found so far is kept.`,
      ...(error === null ? {} : { error }),
      retryable: false,
    };
  }
  // A model that looked at nothing is no better than none.
  const ground = own.length === 0 && !mustWrite ? await runSkills() : own;
  const summary = summaryArtifact(worker.name, value, [...given, ...ground, ...kept]);
  const concluded = concludeTask(worker.name, task, ground, { needsModel: false, isModelMissing: false });
  const outcome: TaskOutcome = {
    ...concluded,
    output: outputOf(value),
    artifacts: [...ground, ...kept, ...(summary === undefined ? [] : [summary])],
    metadata,
  };
  if (!outcome.success) return outcome;
  const undone = undoneBecause(task, value, mustWrite && effects.length === 0);
  return undone === undefined
    ? outcome
    : { ...outcome, success: false, stopReason: 'failed', errorMessage: undone, retryable: false };
}

function undoneBecause(
  task: TaskJson,
  { isDone, open }: AgentAnswer,
  wroteNothing: boolean,
): string | undefined {
  if (wroteNothing) return `A ${task.taskType} task was to write something, and nothing was written.`;
  if (!isDone)
    return `The model says that the task is not done${open.length === 0 ? '.' : `: ${open.join('; ')}`}`;
  return undefined;
}

/** An attempt of a skill that failed counts no more when a later one did not. */
function withoutMended(artifacts: readonly Artifact[]): readonly Artifact[] {
  return artifacts.filter(
    ({ skill, status }, index) =>
      status !== 'failed' ||
      !artifacts.slice(index + 1).some((later) => later.skill === skill && later.status !== 'failed'),
  );
}

function outputOf({ summary, claims, open }: AgentAnswer): string {
  const lines = claims.map(({ text, artifacts }) => `- ${text} (${artifacts.join(', ')})`);
  const left = open.length === 0 ? [] : ['Open:', ...open.map((text) => `- ${text}`)];
  return [summary, ...lines, ...left].join('\n');
}

function roundOf({ metadata }: TaskJson): number {
  const { correction } = metadata;
  return isPlainObject(correction) && typeof correction['round'] === 'number' ? correction['round'] : 1;
}

/** What earlier tasks gave and what an evaluation wants corrected: data, whoever wrote it. */
function contextOf({ metadata }: TaskJson, { inputs }: AgentContext): string {
  const results = Object.entries(inputs).map(([id, { output }]) => {
    const text = typeof output === 'string' ? output : JSON.stringify(output);
    return fenceData(`result of the task ${id}`, boundText(text, MOST_OUTPUT).text);
  });
  const { correction } = metadata;
  const wanted =
    correction === undefined
      ? []
      : [
          'Your last answer did not pass. Correct what is found here:',
          fenceData(
            'evaluation of your last answer',
            boundText(JSON.stringify(correction), MOST_OUTPUT * 2).text,
          ),
        ];
  return [...results, ...wanted].join('\n\n');
}
