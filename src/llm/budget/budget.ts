/**
 * The budgets of one orchestrator. What a call may take at most is set aside before it begins, in all its scopes at once
 * or in none, and corrected to what it took afterwards. A call whose end is not known stays counted at its most.
 */
import type {
  BudgetAmounts,
  BudgetLimits,
  BudgetLine,
  BudgetScope,
  BudgetUnit,
  BudgetView,
} from '../../contracts/budget.ts';
import type { StatePort } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/time.ts';
import type { ResolvedBudget } from './budget-options.ts';
import { Tally, type Used } from './tally.ts';

/** Whose work it is. */
export interface BudgetOwner {
  /** The root run. */
  readonly runId: string;
  readonly agent: string;
}

/** What was set aside. */
export interface Reservation {
  /** Says what the call took; without a word from here the most it could take stays counted. */
  settle(actual: BudgetAmounts): Promise<void>;
  /** Milliseconds left by the scopes' seconds; Infinity without such a limit. */
  readonly leftMs: number;
}

const SUMS = ['tokens', 'cost', 'modelCalls', 'toolCalls'] as const;
/** Tallies that are not drawn on any more are forgotten beyond so many. */
const MOST_TALLIES = 10_000;

interface Drawn {
  readonly scope: BudgetScope;
  readonly limits: BudgetLimits;
  readonly tally: Tally;
}

export class Budget {
  readonly #state: () => StatePort;
  readonly #clock: Clock;
  readonly #options: ResolvedBudget;
  readonly #tallies = new Map<string, Tally>();
  readonly #dayOf: Intl.DateTimeFormat;
  /** Narrow scopes first, so that what fails there is not written further. */
  readonly #limited: readonly BudgetScope[];
  /** True when some scope limits the cost. */
  readonly countsCost: boolean;

  /** `state` is asked for when it is first needed. */
  constructor(state: () => StatePort, clock: Clock, options: ResolvedBudget) {
    this.#state = state;
    this.#clock = clock;
    this.#options = options;
    this.countsCost = Object.values(options.limits).some(({ cost }) => cost !== undefined);
    const scopes: readonly BudgetScope[] = ['run', 'agent', 'tenant', 'day'];
    this.#limited = scopes.filter((scope) => Object.keys(options.limits[scope]).length > 0);
    // In Sweden a date reads as in ISO 8601.
    this.#dayOf = new Intl.DateTimeFormat('sv-SE', { timeZone: options.timeZone });
  }

  get options(): ResolvedBudget {
    return this.#options;
  }

  /** Sets `most` aside. Rejects with `budget-exceeded` when one scope has no room; nothing is set aside then. */
  async reserve(owner: BudgetOwner, most: BudgetAmounts): Promise<Reservation> {
    const now = this.#clock.now();
    const taken: Drawn[] = [];
    let leftMs = Infinity;
    for (const drawn of this.#scopes(owner, now)) {
      try {
        let refusal: OrchestratorError | undefined;
        await drawn.tally.apply((used) => {
          refusal = refusalOf(drawn, used, most, now);
          return refusal === undefined ? add(used, most, 1, now) : undefined;
        });
        if (refusal !== undefined) throw refusal;
        taken.push(drawn);
        leftMs = Math.min(leftMs, await this.#leftMs(drawn, now));
      } catch (error) {
        // What was set aside may not be written back either: then it stays counted, and why this failed is told.
        await Promise.allSettled(taken.map(({ tally }) => tally.apply((used) => add(used, most, -1, now))));
        throw error;
      }
    }
    let isSettled = false;
    return {
      leftMs,
      settle: async (actual) => {
        if (isSettled) return;
        isSettled = true;
        const difference = Object.fromEntries(
          SUMS.map((unit) => [unit, (actual[unit] ?? most[unit] ?? 0) - (most[unit] ?? 0)]),
        );
        await Promise.all(taken.map(({ tally }) => tally.apply((used) => add(used, difference, 1, now))));
      },
    };
  }

  /** How all limits that hold for this work stand. */
  view(owner: BudgetOwner): BudgetView {
    return {
      lines: async () => {
        const now = this.#clock.now();
        const lines = await Promise.all(
          this.#scopes(owner, now).map(async (drawn) => linesOf(drawn, await drawn.tally.read(), now)),
        );
        return lines.flat();
      },
    };
  }

  async #leftMs({ limits: { seconds }, tally }: Drawn, now: number): Promise<number> {
    if (seconds === undefined) return Infinity;
    // A clock that was set back makes nothing longer than it was.
    return Math.max(0, Math.min(now, (await tally.read()).since ?? now) + seconds * 1000 - now);
  }

  #scopes({ runId, agent }: BudgetOwner, now: number): readonly Drawn[] {
    const { limits } = this.#options;
    const keys: Readonly<Record<BudgetScope, () => string>> = {
      run: () => `budget/run/${runId}`,
      agent: () => `budget/agent/${agent}`,
      tenant: () => 'budget/tenant',
      day: () => `budget/day/${this.#dayOf.format(now)}`,
    };
    return this.#limited.map((scope) => ({
      scope,
      limits: limits[scope],
      tally: this.#tally(keys[scope]()),
    }));
  }

  #tally(key: string): Tally {
    const known = this.#tallies.get(key);
    // The one that was used longest ago stands first.
    if (known !== undefined) this.#tallies.delete(key);
    const tally = known ?? new Tally(this.#state(), key);
    this.#tallies.set(key, tally);
    for (const oldest of this.#tallies.keys()) {
      if (this.#tallies.size <= MOST_TALLIES) break;
      this.#tallies.delete(oldest);
    }
    return tally;
  }
}

function add(used: Used, amounts: BudgetAmounts, sign: 1 | -1, now: number): Used {
  const sum = (unit: (typeof SUMS)[number]): number => Math.max(0, used[unit] + sign * (amounts[unit] ?? 0));
  return {
    tokens: sum('tokens'),
    cost: sum('cost'),
    modelCalls: sum('modelCalls'),
    toolCalls: sum('toolCalls'),
    since: used.since ?? now,
  };
}

function usedOf(used: Used, unit: BudgetUnit, now: number): number {
  return unit === 'seconds' ? Math.max(0, now - (used.since ?? now)) / 1000 : used[unit];
}

function refusalOf(
  { scope, limits }: Drawn,
  used: Used,
  most: BudgetAmounts,
  now: number,
): OrchestratorError | undefined {
  for (const [unit, limit] of Object.entries(limits) as [BudgetUnit, number][]) {
    const asked = unit === 'seconds' ? 0 : (most[unit] ?? 0);
    const already = usedOf(used, unit, now);
    const isOver = unit === 'seconds' ? already >= limit : asked > 0 && already + asked > limit;
    if (isOver) return exceeded(scope, unit, { limit, used: already, asked });
  }
  return undefined;
}

function exceeded(
  scope: BudgetScope,
  unit: BudgetUnit,
  facts: { readonly limit: number; readonly used: number; readonly asked: number },
): OrchestratorError {
  const { limit, used, asked } = facts;
  const wants = asked === 0 ? '' : `, and ${asked} more may be needed`;
  return new OrchestratorError(
    'budget-exceeded',
    `The budget of this ${scope} is used up: ${used} of ${limit} ${unit} are used or set aside${wants}. Raise \`budget.${scope}.${unit}\` if that is meant to go on.`,
    { details: { scope, unit, limit, used, asked } },
  );
}

function linesOf({ scope, limits }: Drawn, used: Used, now: number): readonly BudgetLine[] {
  return (Object.entries(limits) as [BudgetUnit, number][]).map(([unit, limit]) => {
    const already = usedOf(used, unit, now);
    return { scope, unit, limit, used: already, left: Math.max(0, limit - already) };
  });
}
