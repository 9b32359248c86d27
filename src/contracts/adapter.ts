/** A door to an outside system. */
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import type { SideEffects } from './skill.ts';

export const AdapterType = {
  CLI: 'cli',
  API: 'api',
  VCS: 'vcs',
  CICD: 'cicd',
  DATABASE: 'database',
  MCP: 'mcp',
} as const;
export type AdapterType = (typeof AdapterType)[keyof typeof AdapterType];

export const AdapterStatus = {
  DISCONNECTED: 'disconnected',
  CONNECTED: 'connected',
  DISABLED: 'disabled',
  ERROR: 'error',
} as const;
export type AdapterStatus = (typeof AdapterStatus)[keyof typeof AdapterStatus];

export interface AdapterResult<D = unknown> {
  readonly success: boolean;
  readonly data: D | null;
  readonly errorMessage: string | null;
  readonly error: ErrorJson | null;
  readonly metadata: JsonObject;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
}

export interface AdapterContract {
  readonly name: string;
  readonly type: AdapterType;
  readonly status: AdapterStatus;
  /** The operations that `execute` takes, and what each changes. */
  readonly operations: Readonly<Record<string, SideEffects>>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** A failed operation resolves with `success: false`; misuse and cancellation reject. */
  execute(
    operation: string,
    parameters: unknown,
    options?: { readonly signal?: AbortSignal },
  ): Promise<AdapterResult>;
  healthCheck(): Promise<AdapterResult>;
}
