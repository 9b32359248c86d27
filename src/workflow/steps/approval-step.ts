/** A step that waits for a person, over a restart too. */
import { errorToJson, OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import { fillIn, type Scope } from '../expressions.ts';
import { type StepRunner, succeeded } from '../step-runner.ts';
import type { ApprovalStepConfig } from '../workflow-types.ts';

export const runApprovalStep: StepRunner = async (step, { run, services, scope, key }) => {
  const {
    title,
    payload = null,
    timeoutSeconds,
    onTimeout = 'reject',
  } = step.config as unknown as ApprovalStepConfig;
  const decision = await services.approve(run, {
    key,
    kind: 'workflow-step',
    title: await fillIn(title, scope),
    payload: await filled(payload, scope),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  });
  const { by, note, answer, isExpired } = decision;
  const approved = decision.approved || (isExpired && onTimeout === 'approve');
  if (approved) return succeeded({ approved, by, note, answer, isExpired });
  const error = new OrchestratorError(
    'not-approved',
    `Step ${step.name} was not approved: ${note ?? 'no reason was given'}.`,
    {
      details: { step: step.name, by, note, isExpired },
    },
  );
  return {
    success: false,
    output: { approved, by, note, answer, isExpired },
    error: errorToJson(error),
    errorMessage: error.message,
    stopReason: 'failed',
    runId: null,
  };
};

/** Each text in it filled in, whatever it stands in. */
async function filled(value: JsonValue, scope: Scope): Promise<JsonValue> {
  if (typeof value === 'string') return fillIn(value, scope);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return Promise.all((value as readonly JsonValue[]).map((item) => filled(item, scope)));
  const entries = Object.entries(value as { readonly [key: string]: JsonValue });
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, item]) => [name, await filled(item, scope)] as const)),
  );
}
