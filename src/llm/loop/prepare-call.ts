/** Looks at a call that a model wants, before anything is done: is there such a tool, do the arguments fit, is it allowed. */
import type { FunctionCall } from '../../contracts/model.ts';
import { parseWith } from '../../contracts/schema.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import { OrchestratorError, toError } from '../../shared/errors.ts';
import { isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { ResolvedLoopOptions } from './loop-options.ts';
import { applyRule, ruleFor, type ToolDecision } from './tool-policy.ts';
import { toolSchemaOf } from './tool-schema.ts';

/** A call that may be made, or why it is not. */
export type PreparedCall =
  | {
      readonly kind: 'ready';
      readonly tool: AnyTool;
      readonly input: JsonValue;
      readonly decision: ToolDecision;
    }
  | {
      readonly kind: 'refused';
      readonly tool: AnyTool;
      readonly input: JsonValue;
      readonly decision: ToolDecision;
      readonly why: string;
    }
  | { readonly kind: 'fault'; readonly input: JsonValue; readonly why: string };

/** Longer arguments are not even read. */
const MOST_ARGUMENTS = 1_000_000;
/** The schema is told with a fault up to this many characters. */
const MOST_SCHEMA = 2000;

type Options = Pick<ResolvedLoopOptions<unknown>, 'tools' | 'policy' | 'ask' | 'step' | 'key'>;

/** `id` tells the call from all others of the run, and is the same after a restart. */
export async function prepareCall(call: FunctionCall, id: string, options: Options): Promise<PreparedCall> {
  const tool = options.tools.list.find(({ name }) => name === call.name);
  const raw = call.arguments.slice(0, 500);
  if (tool === undefined) {
    const known = options.tools.list.map(({ name }) => name).join(', ') || 'none';
    return fault(raw, `There is no tool ${JSON.stringify(call.name.slice(0, 100))}. There are: ${known}.`);
  }
  let input: JsonValue;
  try {
    input = readArguments(call.arguments);
  } catch (error) {
    return fault(raw, `${toError(error).message} ${expected(tool)}`);
  }
  try {
    await parseWith(tool.input, input, `The input of tool ${tool.name}`);
  } catch (error) {
    return fault(input, `${toError(error).message} ${expected(tool)}`);
  }
  const request = { tool: tool.name, sideEffects: tool.sideEffects, input };
  const rule = ruleFor(options.policy, request);
  const decision = await decide(
    `${id}/policy`,
    () => applyRule(rule, request),
    typeof rule === 'function',
    options,
  );
  if (decision === 'allow') return { kind: 'ready', tool, input, decision };
  if (decision === 'deny')
    return {
      kind: 'refused',
      tool,
      input,
      decision,
      why: `The policy does not allow this call of ${tool.name}.`,
    };
  const refusal = await askFor(tool, input, id, options);
  return refusal === undefined
    ? { kind: 'ready', tool, input, decision }
    : { kind: 'refused', tool, input, decision, why: refusal };
}

function fault(input: JsonValue, why: string): PreparedCall {
  return { kind: 'fault', input, why };
}

function readArguments(text: string): JsonValue {
  if (text.length > MOST_ARGUMENTS)
    throw new Error(`The arguments are longer than ${MOST_ARGUMENTS} characters.`);
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`The arguments are no JSON: ${toError(error).message}.`);
  }
  if (!isPlainObject(value)) throw new Error('The arguments are no JSON object.');
  return value as JsonValue;
}

function expected(tool: AnyTool): string {
  return `Expected by this JSON Schema: ${JSON.stringify(toolSchemaOf(tool).parameters).slice(0, MOST_SCHEMA)}`;
}

/** What a function decides is remembered, so that a run that is resumed does not decide otherwise about a call that was made. */
async function decide(
  key: string,
  work: () => Promise<ToolDecision>,
  isFunction: boolean,
  { step }: Options,
): Promise<ToolDecision> {
  const safe = async (): Promise<ToolDecision> => {
    try {
      return await work();
    } catch {
      return 'deny';
    }
  };
  return step === undefined || !isFunction ? safe() : ((await step(key, safe)) as ToolDecision);
}

/** Undefined when it was approved; else why not. The question holds exactly what would be done. */
async function askFor(
  tool: AnyTool,
  input: JsonValue,
  id: string,
  { ask }: Options,
): Promise<string | undefined> {
  if (ask === undefined)
    return `A call of ${tool.name} needs the approval of a person, and nobody can be asked here. Go on without it.`;
  const { approved, note } = await ask({
    key: `${id}/approval`,
    kind: 'tool',
    title: `May the tool ${tool.name} be called?`,
    payload: { tool: tool.name, sideEffects: tool.sideEffects, input },
  });
  return approved
    ? undefined
    : `A person refused this call of ${tool.name}${note === null ? '.' : `: ${note}`}`;
}

/** Errors that are no matter of the model. */
export function isOfTheRun(error: unknown): boolean {
  return (
    OrchestratorError.isInstance(error) &&
    ['journal-mismatch', 'stopped', 'cancelled', 'budget-exceeded', 'tenant-mismatch'].includes(error.code)
  );
}
