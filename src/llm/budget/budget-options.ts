/** Fills in and checks limits. */
import type { BudgetLimits, BudgetOptions, BudgetScope } from '../../contracts/budget.ts';
import type { ModelClient } from '../../contracts/model.ts';
import { checkKeys, checkMethods, checkNumber, checkText } from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';

const SCOPES: readonly BudgetScope[] = ['run', 'agent', 'tenant', 'day'];
const UNITS = ['tokens', 'cost', 'modelCalls', 'toolCalls', 'seconds'] as const;

/** More than any sensible run takes, less than a loop that went wrong. */
const RUN_LIMITS: BudgetLimits = { tokens: 2_000_000, modelCalls: 500, toolCalls: 2000 };

export interface ResolvedBudget {
  readonly limits: Readonly<Record<BudgetScope, BudgetLimits>>;
  readonly timeZone: string;
  readonly degradeTo: ModelClient | undefined;
}

/** Throws {@link InvalidArgumentError}. */
export function resolveBudget(options: BudgetOptions = {}): ResolvedBudget {
  checkKeys('budget', options, [...SCOPES, 'timeZone', 'degradeTo']);
  const limitsOf = (scope: BudgetScope): BudgetLimits => checkLimits(`budget.${scope}`, options[scope] ?? {});
  return {
    limits: {
      run: { ...RUN_LIMITS, ...limitsOf('run') },
      agent: limitsOf('agent'),
      tenant: limitsOf('tenant'),
      day: limitsOf('day'),
    },
    timeZone: checkTimeZone(options.timeZone ?? 'UTC'),
    degradeTo:
      options.degradeTo === undefined
        ? undefined
        : checkMethods(
            'budget.degradeTo',
            options.degradeTo,
            ['create', 'createStream', 'countTokens'],
            'a model client',
          ),
  };
}

function checkLimits(name: string, limits: BudgetLimits): BudgetLimits {
  checkKeys(name, limits, UNITS);
  for (const [unit, limit] of Object.entries(limits)) checkNumber(`${name}.${unit}`, limit, 0);
  return limits;
}

function checkTimeZone(timeZone: string): string {
  checkText('budget.timeZone', timeZone);
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch {
    throw new InvalidArgumentError(
      'budget.timeZone',
      'the IANA name of a time zone, such as Europe/Lisbon',
      timeZone,
    );
  }
}
