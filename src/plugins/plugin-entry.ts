/** What the manager keeps of a plugin, and what it tells of it. */
import type { PluginContract, PluginMetadata, PluginType } from '../contracts/plugin.ts';
import type { ErrorJson } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';

export const PLUGIN_STATES = ['registered', 'started', 'disabled', 'failed', 'stopped'] as const;
/**
 * `disabled`: registered, but not asked. `failed`: refused, broken while starting, or given up for holding the whole
 * process up; it adds nothing until it is enabled again.
 */
export type PluginState = (typeof PLUGIN_STATES)[number];

/** How a plugin stands. */
export interface PluginStatus {
  readonly name: string;
  readonly version: string;
  readonly pluginType: PluginType;
  readonly state: PluginState;
  /** A call did not come back within its limit: until it does, or the plugin is enabled anew, it is asked nothing. */
  readonly isOverdue: boolean;
  /** Why it failed, or what it threw last. */
  readonly error: ErrorJson | null;
  /** How often it threw, or took too long, when it was asked. */
  readonly failureCount: number;
}

export interface PluginEntry {
  readonly plugin: PluginContract;
  /** As it was when the plugin was registered. */
  readonly metadata: PluginMetadata;
  state: Exclude<PluginState, 'disabled'>;
  isEnabled: boolean;
  configuration: JsonObject;
  error: ErrorJson | null;
  failureCount: number;
  /** Calls that are waited for. */
  readonly inHand: Set<Promise<unknown>>;
  /** Calls that were given up and have not come back. */
  readonly overdue: Set<Promise<unknown>>;
}

export function newEntry(
  plugin: PluginContract,
  metadata: PluginMetadata,
  configuration: JsonObject,
): PluginEntry {
  return {
    ...{ plugin, metadata, configuration },
    ...{ state: 'registered', isEnabled: true, error: null, failureCount: 0 },
    ...{ inHand: new Set(), overdue: new Set() },
  };
}

export function isAsked({ isEnabled, state, overdue }: PluginEntry): boolean {
  return isEnabled && state === 'started' && overdue.size === 0;
}

export function statusOf({
  metadata,
  state,
  isEnabled,
  overdue,
  error,
  failureCount,
}: PluginEntry): PluginStatus {
  const { name, version, pluginType } = metadata;
  return {
    ...{ name, version, pluginType, error, failureCount },
    state: state === 'started' && !isEnabled ? 'disabled' : state,
    isOverdue: overdue.size > 0,
  };
}
