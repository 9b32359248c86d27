/**
 * Where runs are kept and driven. A durable-function interface in three parts: {@link Backend} drives, {@link RunStore}
 * tells, {@link RunContext} is what a running function may do. A store that claims and acknowledges, plus a journal,
 * gives one of these; the reverse is not so, which is why the cut is here.
 */
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonValue } from '../shared/json.ts';
import type { StatePort } from './state.ts';

/** What a backend can promise. The conformance suite asks for tests by these. */
export interface BackendCapabilities {
  /** Runs survive the death of the process. */
  readonly durable: boolean;
  /** Several machines can share it. */
  readonly distributed: boolean;
}

const RUN_STATUSES = [
  'waiting',
  'queued',
  'running',
  'suspended',
  'completed',
  'failed',
  'cancelled',
] as const;
/**
 * `waiting`: for dependencies or a delay. `queued`: ready, for a slot. `running`: its function is working.
 * `suspended`: asleep, or waiting for a signal or a child, holding no slot. The last three are final.
 */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** One run, as it stands. */
export interface RunInfo {
  readonly id: string;
  /** The registered function. */
  readonly name: string;
  readonly tenant: string;
  readonly queue: string;
  readonly status: RunStatus;
  readonly priority: number;
  readonly dependencies: readonly string[];
  readonly parentId: string | null;
  readonly input: JsonValue;
  /** When completed, what the function returned; otherwise null. */
  readonly output: JsonValue;
  /** When failed or cancelled, why. */
  readonly error: ErrorJson | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

/**
 * Where a run goes and what it waits for. Names (of tenants, queues, runs and keys) are compared as they are, letter by
 * letter; one that is blank, holds a NUL character or half of a surrogate pair is `invalid-argument`.
 */
export interface SubmitOptions {
  /** Becomes the run's id. Submitting an id again with equal name, tenant and input gives the same run; other input is `already-exists`. @default a new id */
  readonly id?: string;
  readonly queue: string;
  readonly tenant: string;
  /** Higher first. @default 0 */
  readonly priority?: number;
  /** @default 0 */
  readonly delayMs?: number;
  /** Runs that must complete first. If one fails or is cancelled, this one is cancelled with `dependency-failed`. */
  readonly dependencies?: readonly string[];
  /** While a run of this tenant with this key has not ended, submitting returns that run. */
  readonly dedupeKey?: string;
  /** Cancels the run with `timed-out` this long after it first starts. */
  readonly timeoutMs?: number;
}

/** A run that was submitted. */
export interface RunReference {
  readonly id: string;
}

/** How a run ended. */
export interface RunOutcome {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly output: JsonValue;
  readonly error: ErrorJson | null;
}

/**
 * At most `limit` runs start in any span of `perSeconds`, wherever that span is laid: a sliding window, open at its
 * end, so that a start at `t` makes room again at `t + perSeconds`. What is not used is not saved up. Counted is the
 * first start of each run; going on after a wait or a crash is free. Each held-back run starts as soon as it may.
 * Starts are counted from when a rate is set; a changed one counts what the earlier one still knew.
 */
export interface RateLimit {
  /** A whole number from 1 to 1,000,000. */
  readonly limit: number;
  /** Seconds, from 0.001 to 31,536,000 (a year). */
  readonly perSeconds: number;
}

/** What holds for one tenant in place of what holds for all. */
export interface TenantLimits {
  /** Runs of this tenant that may hold a slot at once. @default the queue's `perTenant` */
  readonly concurrency?: number;
  /** How fast runs of this tenant start. @default the queue's `perTenantRate` */
  readonly rate?: RateLimit;
  /** Turns that it gets for each one of a tenant with weight 1, while both have runs; from 0.001 to 1000. @default 1 */
  readonly weight?: number;
}

/** The limits of a queue. */
export interface QueueOptions {
  /** Runs of this queue that may hold a slot at once. @default Infinity */
  readonly concurrency?: number;
  /** The same for one tenant. @default Infinity */
  readonly perTenant?: number;
  /** How fast runs of this queue start, counted over all processes that share it. @default no limit */
  readonly rate?: RateLimit;
  /** The same for each tenant by itself. @default no limit */
  readonly perTenantRate?: RateLimit;
  /** Exceptions by tenant. @default {} */
  readonly tenants?: Readonly<Record<string, TenantLimits>>;
  /** Most runs waiting or queued; submitting more is `queue-full`. @default Infinity */
  readonly maxWaiting?: number;
  /** A waiting run gains one priority for each such span. @default never */
  readonly agingSeconds?: number;
}

/** The function behind a run. What it returns must be JSON. It may be called again after a crash: do effects in steps. */
export type RunFunction = (context: RunContext, input: JsonValue) => Promise<JsonValue>;

/** For whom a function is. */
export interface RegisterOptions {
  /**
   * Only runs of this tenant are given to it, and only they can be submitted. The same name can be registered for
   * several tenants, each with its own function, and once for all others. @default all tenants
   */
  readonly tenant?: string;
}

/** What the work of a step is given. */
export interface StepContext {
  /** `runId/key`: the same on each attempt at this step. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /**
   * Resolves when the run is still this process's, as far as can be known now; rejects with `stopped` otherwise. To be asked
   * right before what can't be taken back, where the step has waited for anything since it began: its process may have been
   * asleep meanwhile. @default not known
   */
  confirm?(): Promise<void>;
}

/** A run that belongs to another one. */
export interface ChildReference extends RunReference {
  /** Suspends the run until the child ends; holds no slot meanwhile. */
  outcome(): Promise<RunOutcome>;
}

/** What a running function may do. All that must not happen twice goes through it. */
export interface RunContext {
  readonly runId: string;
  readonly tenant: string;
  /** Aborts when the run is cancelled, times out or the backend stops. */
  readonly signal: AbortSignal;
  /**
   * Does `work` once and remembers what it returned (JSON) or the error it threw; a later call with the key, also after
   * a restart, gives that back. Steps may nest: an inner step finished before a crash is not repeated by its outer one.
   * `fingerprint` guards a key: another fingerprint under a known key is refused with `journal-mismatch`.
   */
  step<T extends JsonValue>(
    key: string,
    work: (step: StepContext) => Promise<T>,
    options?: { readonly fingerprint?: string },
  ): Promise<T>;
  /** A wait that survives a restart: the time left is what was left. Needs a key, so that it is recognised. */
  sleep(key: string, milliseconds: number): Promise<void>;
  /** The payload of the first signal of that name not yet taken; null when `timeoutMs` runs out first. */
  waitForSignal(key: string, name: string, options?: { readonly timeoutMs?: number }): Promise<JsonValue>;
  /** Submits a run of the same tenant that is cancelled together with this one. `key` makes its id: `runId/key`. */
  child(
    key: string,
    name: string,
    input: JsonValue,
    options: Omit<SubmitOptions, 'id' | 'tenant'>,
  ): Promise<ChildReference>;
  /** The time, the same on replay. */
  now(key: string): Promise<number>;
}

/** Which runs are listed; what is left out matches all. */
export interface RunFilter {
  readonly tenant: string;
  readonly status?: RunStatus | readonly RunStatus[];
  readonly name?: string;
  readonly queue?: string;
  /** Only runs submitted after this one, the last of the page before: its id. `not-found` when it is no longer kept. */
  readonly after?: string;
  /** Ends the list after so many. @default Infinity */
  readonly limit?: number;
}

/** Tells about runs. Each question names the tenant: another tenant's run is as good as absent. */
export interface RunStore {
  /** One run, as it stands. */
  get(runId: string, tenant: string): Promise<RunInfo | undefined>;
  /** Oldest first. A page is a list with a `limit`; the next one starts `after` its last run. */
  list(filter: RunFilter): AsyncIterable<RunInfo>;
  /** Waits for the end. Rejects with `not-found`, `timed-out` or the signal's reason. */
  result(
    runId: string,
    tenant: string,
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<RunOutcome>;
  /** The tenant's own small records. */
  state(tenant: string): StatePort;
}

/** Keeps runs and drives them. `./testing` has the suite that every implementation passes. */
export interface Backend {
  readonly capabilities: BackendCapabilities;
  readonly store: RunStore;
  /** Names a function. Before `start` only; a name twice for the same tenant, or for all, is `already-exists`. */
  register(name: string, work: RunFunction, options?: RegisterOptions): void;
  /** Starts to drive what is submitted. Twice is once. */
  start(): Promise<void>;
  /** Takes no more, starts nothing more, lets running work go on for `drainMs`, then aborts it with `stopped`. @default drainMs 0 */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
  /** Takes a run of a registered function in. Rejects with `queue-full`, `already-exists` or `unknown-dependency`. */
  submit(name: string, input: JsonValue, options: SubmitOptions): Promise<RunReference>;
  /** Delivers to `waitForSignal`, now or later. The same `dedupeKey` is delivered once. A run that has ended ignores it. Rejects with `not-found`. */
  signal(runId: string, tenant: string, name: string, payload: JsonValue, dedupeKey?: string): Promise<void>;
  /**
   * Ends a run and its children. Resolves when their functions have returned, in whatever process, or a grace is over.
   * A run that has ended stays as it is. Rejects with `not-found`.
   */
  cancel(runId: string, tenant: string, reason?: string): Promise<void>;
  /** Sets the limits of a queue; runs that already hold a slot keep it. */
  setQueue(queue: string, options: QueueOptions): Promise<void>;
}
