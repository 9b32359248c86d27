/** Who may call what: decided by code, before a call is made, whatever the model or a text it has read wants. */
import type { SideEffects } from '../../contracts/skill.ts';
import { checkObject, checkOneOf } from '../../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';

const DECISIONS = ['allow', 'ask', 'deny'] as const;
/** `ask`: a person decides. */
export type ToolDecision = (typeof DECISIONS)[number];

/** What is decided about. The input fits the tool's schema. */
export interface ToolRequest {
  readonly tool: string;
  readonly sideEffects: SideEffects;
  readonly input: JsonValue;
}

/** A decision, or how it is made for one call. */
export type ToolRule = ToolDecision | ((request: ToolRequest) => ToolDecision | Promise<ToolDecision>);

/** Rules by the tool's name; `*` holds for all others. @default reading is allowed, a person is asked about the rest */
export type ToolPolicy = Readonly<Record<string, ToolRule>>;

/** Throws {@link InvalidArgumentError}. */
export function checkPolicy(argument: string, policy: ToolPolicy): ToolPolicy {
  for (const [name, rule] of Object.entries(checkObject(argument, policy))) {
    if (typeof rule !== 'function' && !DECISIONS.includes(rule as ToolDecision))
      throw new InvalidArgumentError(
        `${argument}.${name}`,
        `one of ${DECISIONS.join(', ')}, or a function`,
        rule,
      );
  }
  return policy;
}

/** The rule for a call. */
export function ruleFor(policy: ToolPolicy, { tool, sideEffects }: ToolRequest): ToolRule {
  const rule = Object.hasOwn(policy, tool)
    ? policy[tool]
    : Object.hasOwn(policy, '*')
      ? policy['*']
      : undefined;
  return rule ?? (sideEffects === 'none' || sideEffects === 'read' ? 'allow' : 'ask');
}

/** Applies a rule. A function that throws, or returns something else, denies. */
export async function applyRule(rule: ToolRule, request: ToolRequest): Promise<ToolDecision> {
  if (typeof rule !== 'function') return rule;
  const decision: unknown = await rule(request);
  try {
    return checkOneOf('decision', decision, DECISIONS);
  } catch (cause) {
    throw new OrchestratorError('not-allowed', `The policy of the tool ${request.tool} decided nothing.`, {
      cause,
      details: { tool: request.tool },
    });
  }
}
