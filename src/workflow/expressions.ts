/** Conditions and filled-in texts: CEL (the Common Expression Language) over what the workflow knows so far. */
import { OrchestratorError, toError } from '../shared/errors.ts';
import { type JsonObject, type JsonValue, toJsonValue } from '../shared/json.ts';
import { inLimitedTime } from './limited-time.ts';

/** What expressions can see. Numbers are doubles, as in CEL over JSON: write `outputs.count + 1.0`. */
export interface Scope {
  /** What the workflow was given. */
  readonly inputs: JsonObject;
  /** Outputs of completed steps that this one depends on, near or far, by name. */
  readonly outputs: JsonObject;
  /** `status` and `errorMessage` of the same, ended in any way. */
  readonly steps: JsonObject;
}

const LIMITS = {
  maxAstNodes: 1000,
  maxDepth: 40,
  maxListElements: 500,
  maxMapEntries: 500,
  maxCallArguments: 16,
};
const MAX_EXPRESSION = 4000;
/** `matches` is JavaScript's backtracking matcher, and macros nest: nothing else ends while one evaluation goes on. */
const MAX_EVALUATION_MS = 2000;

/** A CEL expression that must be true or false. Rejects with `condition-failed`, naming the expression and what came. */
export async function isTrue(expression: string, scope: Scope): Promise<boolean> {
  const value = await evaluate(expression, scope);
  if (typeof value === 'boolean') return value;
  throw new OrchestratorError(
    'condition-failed',
    `Expected the condition ${quoted(expression)} to be true or false, got ${JSON.stringify(value)}.`,
    {
      details: { expression, got: value },
    },
  );
}

/** Rejects with `condition-failed` for what does not parse or evaluate. */
export async function evaluate(expression: string, scope: Scope): Promise<JsonValue> {
  const { Environment } = await import('@marcbachmann/cel-js');
  try {
    if (expression.length > MAX_EXPRESSION) throw new Error(`it is longer than ${MAX_EXPRESSION} characters`);
    const environment = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS });
    for (const name of ['inputs', 'outputs', 'steps']) environment.registerVariable(name, 'map');
    return inLimitedTime(() => plain(environment.evaluate(expression, { ...scope })), MAX_EVALUATION_MS);
  } catch (error) {
    throw new OrchestratorError(
      'condition-failed',
      `The expression ${quoted(expression)} can't be evaluated: ${toError(error).message.split('\n')[0]}`,
      {
        cause: error,
        details: { expression },
      },
    );
  }
}

/** Evaluates each of several expressions. */
export async function evaluateAll(
  expressions: Readonly<Record<string, string>>,
  scope: Scope,
): Promise<JsonObject> {
  const values = await Promise.all(
    Object.entries(expressions).map(
      async ([name, expression]) => [name, await evaluate(expression, scope)] as const,
    ),
  );
  return Object.fromEntries(values);
}

/** Replaces each `${CEL}` of a text once; what is put in is not looked at again. `$${` stands for `${` itself. */
export async function fillIn(text: string, scope: Scope): Promise<string> {
  const pieces: string[] = [];
  let rest = 0;
  for (const match of text.matchAll(/\$\$\{|\$\{([^{}]*)\}/g)) {
    pieces.push(text.slice(rest, match.index));
    const [whole, expression] = match;
    pieces.push(expression === undefined ? '${' : asText(await evaluate(expression, scope)));
    rest = match.index + whole.length;
  }
  return pieces.join('') + text.slice(rest);
}

function asText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** CEL's integers are bigints. */
function plain(value: unknown): JsonValue {
  return toJsonValue(
    JSON.parse(
      JSON.stringify(value, (_key, member: unknown) =>
        typeof member === 'bigint' ? Number(member) : member,
      ) ?? 'null',
    ),
  );
}

function quoted(expression: string): string {
  return `\`${expression.length > 200 ? `${expression.slice(0, 200)}…` : expression}\``;
}
