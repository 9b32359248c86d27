/** What work may use up, and where that is counted. */
import type { ModelClient } from './model.ts';

const BUDGET_UNITS = ['tokens', 'cost', 'modelCalls', 'toolCalls', 'seconds'] as const;
/**
 * What is counted. `tokens`: prompt and answer together. `cost`: in the currency of the models' prices. `seconds`: since
 * the scope was first drawn on.
 */
export type BudgetUnit = (typeof BUDGET_UNITS)[number];

const BUDGET_SCOPES = ['run', 'agent', 'tenant', 'day'] as const;
/**
 * Where it is counted. `run`: a submitted task, workflow or conversation with all that belongs to it. `agent`: all work
 * of one agent. `tenant`: all work there is. `day`: all work of a calendar day.
 */
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** Most that a scope may use. What is left out has no limit. */
export type BudgetLimits = Readonly<Partial<Record<BudgetUnit, number>>>;

/** Limits by scope, and what happens at one. */
export interface BudgetOptions {
  /** @default { tokens: 2_000_000, modelCalls: 500, toolCalls: 2_000 } */
  readonly run?: BudgetLimits;
  /** @default none */
  readonly agent?: BudgetLimits;
  /** @default none */
  readonly tenant?: BudgetLimits;
  /** @default none */
  readonly day?: BudgetLimits;
  /** IANA name of the zone in which days begin at midnight. @default 'UTC' */
  readonly timeZone?: string;
  /** Asked in place of the other model where that one's tokens or cost no longer fit. @default none: the work stops */
  readonly degradeTo?: ModelClient;
}

/** How one limit stands. */
export interface BudgetLine {
  readonly scope: BudgetScope;
  readonly unit: BudgetUnit;
  readonly limit: number;
  /** With what is set aside for calls under way. */
  readonly used: number;
  readonly left: number;
}

/** The budget as an agent sees it. */
export interface BudgetView {
  /** All limits that hold for this piece of work. */
  lines(): Promise<readonly BudgetLine[]>;
}

/** What one call may take at most, or took. */
export type BudgetAmounts = Readonly<Partial<Record<Exclude<BudgetUnit, 'seconds'>, number>>>;
