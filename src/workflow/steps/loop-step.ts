/** A step that does its steps again and again, one round after the other. */
import { OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { evaluate, isTrue, type Scope } from '../expressions.ts';
import { groupOf, runGroup, timeoutOf } from '../group.ts';
import { type StepContext, type StepOutcome, type StepRunner, succeeded } from '../step-runner.ts';
import type { WorkflowStep } from '../workflow-step.ts';
import type { LoopStepConfig } from '../workflow-types.ts';

/** More rounds than this need a `maxRounds` of their own. */
const MAX_ROUNDS = 100;

export const runLoopStep: StepRunner = async (step, context) => {
  const { run, key, scope, inputRuns } = context;
  const config = step.config as unknown as LoopStepConfig;
  const items = config.forEach === undefined ? undefined : await itemsOf(config.forEach, context);
  const workflow = groupOf(step).toJSON();
  const limitMs = timeoutOf(step);
  const startedAt = await run.now(`${key}/loop`);
  const outputs: JsonValue[] = [];
  let last: StepOutcome | undefined;
  for (let index = 0; ; index += 1) {
    const round = `${key}/round-${index + 1}`;
    const inputs = { ...scope.inputs, index, item: items?.[index] ?? null, last: outputs.at(-1) ?? null };
    if (!(await hasRound(config, items, index, { ...scope, inputs }, round, context))) break;
    checkRounds(step, config, index);
    const spentMs = limitMs === undefined ? 0 : (await run.now(`${round}/time`)) - startedAt;
    if (limitMs !== undefined && spentMs >= limitMs) throw timedOut(step, limitMs);
    const outer = { outputs: scope.outputs, steps: scope.steps, inputRuns: [...inputRuns] };
    last = await runGroup(
      round,
      { workflow, inputs, outer },
      context,
      limitMs === undefined ? undefined : limitMs - spentMs,
    );
    if (!last.success)
      return { ...last, errorMessage: `Round ${index + 1}: ${last.errorMessage ?? last.stopReason}` };
    outputs.push(last.output);
  }
  return succeeded(outputs, last?.runId ?? null);
};

async function itemsOf(expression: string, { run, key, scope }: StepContext): Promise<readonly JsonValue[]> {
  const items = await run.step(`${key}/items`, () => evaluate(expression, scope));
  if (Array.isArray(items)) return items as readonly JsonValue[];
  throw new OrchestratorError(
    'condition-failed',
    `Expected \`${expression}\` to give a list, got ${JSON.stringify(items)}.`,
    {
      details: { expression },
    },
  );
}

async function hasRound(
  { times, while: condition }: LoopStepConfig,
  items: readonly JsonValue[] | undefined,
  index: number,
  scope: Scope,
  round: string,
  { run }: StepContext,
): Promise<boolean> {
  if (condition !== undefined) return run.step(`${round}/while`, () => isTrue(condition, scope));
  return index < (items?.length ?? times ?? 0);
}

function checkRounds(step: WorkflowStep, { maxRounds = MAX_ROUNDS }: LoopStepConfig, index: number): void {
  if (index < maxRounds) return;
  throw new OrchestratorError('limit-reached', `Step ${step.name} would go beyond ${maxRounds} rounds.`, {
    details: { step: step.name, maxRounds },
  });
}

function timedOut(step: WorkflowStep, limitMs: number): OrchestratorError {
  return new OrchestratorError('timed-out', `Step ${step.name} did not finish in ${limitMs} ms.`, {
    retryable: true,
    details: { step: step.name, limitMs },
  });
}
