/** A door to an outside system. */
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import type { EffectContext, OperationEffects, Reconciliation } from './effect.ts';
import type { SideEffects } from './skill.ts';

/** The kinds of outside systems. */
export const AdapterType = {
  CLI: 'cli',
  API: 'api',
  VCS: 'vcs',
  CICD: 'cicd',
  DATABASE: 'database',
  MCP: 'mcp',
} as const;
/** What kind of system an adapter opens. */
export type AdapterType = (typeof AdapterType)[keyof typeof AdapterType];

/** How an adapter can stand. */
export const AdapterStatus = {
  DISCONNECTED: 'disconnected',
  CONNECTED: 'connected',
  DISABLED: 'disabled',
  ERROR: 'error',
} as const;
/** How an adapter stands. `disabled`: it refuses all work until its options allow it. */
export type AdapterStatus = (typeof AdapterStatus)[keyof typeof AdapterStatus];

/** How an operation ended. `data` is null when it failed, `error` and `errorMessage` when it did not. */
export interface AdapterResult<D = unknown> {
  readonly success: boolean;
  readonly data: D | null;
  readonly errorMessage: string | null;
  readonly error: ErrorJson | null;
  readonly metadata: JsonObject;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

/** What a call of an operation may be given. */
export interface AdapterCallOptions {
  readonly signal?: AbortSignal;
  /** The same for every attempt at this call: hand it to systems that can tell a repeat. */
  readonly idempotencyKey?: string;
}

/** What an operation is for and takes, where a model may call it. */
export interface OperationDescription {
  readonly description: string;
  /** Its parameters as JSON Schema. */
  readonly parameters: JsonObject;
}

/** A door to one outside system. Nothing passes it before {@link AdapterContract.connect}. */
export interface AdapterContract {
  readonly name: string;
  readonly type: AdapterType;
  readonly status: AdapterStatus;
  /** The operations that `execute` takes, and what each changes; what is done about one whose end nobody saw. */
  readonly operations: Readonly<Record<string, SideEffects | OperationEffects>>;
  /** Opens the door. Rejects when the system can't be reached or the adapter is disabled. */
  connect(): Promise<void>;
  /** Closes it. Twice is once. */
  disconnect(): Promise<void>;
  /** A failed operation resolves with `success: false`; misuse and cancellation reject. */
  execute(operation: string, parameters: unknown, options?: AdapterCallOptions): Promise<AdapterResult>;
  /** Says whether an operation that was begun has happened. Needed for operations whose `onUnfinished` is `reconcile`. */
  reconcile?(operation: string, parameters: unknown, context: EffectContext): Promise<Reconciliation>;
  /** Says what a model needs to know of an operation; undefined for one that no model is offered. */
  describe?(operation: string): OperationDescription | undefined;
  /** Asks the system for a sign of life; a bad one resolves with `success: false`. */
  healthCheck(): Promise<AdapterResult>;
}
