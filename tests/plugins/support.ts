/** Plugins that do harm, and a manager to do it to. */
import { expect } from 'vitest';
import type { OrchestratorEvent } from '../../src/contracts/events.ts';
import type { PluginContract, PluginMetadata } from '../../src/contracts/plugin.ts';
import type { TaskJson } from '../../src/contracts/task.ts';
import { PluginManager, type PluginManagerOptions } from '../../src/plugins/plugin-manager.ts';
import type { OrchestratorError } from '../../src/shared/errors.ts';
import { Task } from '../../src/tasks/task.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

export const task: TaskJson = new Task({
  ...{ title: 'A task', description: 'Something.', taskType: 'data', tenant: 'mine' },
  metadata: { list: [1, 2] },
}).toJSON();

/** A plugin of a type with these members. */
export function plugin(
  name: string,
  pluginType: PluginMetadata['pluginType'],
  members: object,
  more: Partial<PluginMetadata> = {},
): PluginContract {
  return { metadata: { name, version: '1.0.0', description: 'Does harm.', pluginType, ...more }, ...members };
}

export interface Managed {
  readonly manager: PluginManager;
  readonly clock: ManualClock;
  readonly failures: OrchestratorError[];
}

export async function managed(
  plugins: readonly PluginContract[],
  options: PluginManagerOptions = {},
): Promise<Managed> {
  const clock = new ManualClock();
  const failures: OrchestratorError[] = [];
  const manager = new PluginManager({
    ...{ plugins, clock, onFailure: (_name, error) => void failures.push(error) },
    ...options,
  });
  await manager.startAll();
  return { manager, clock, failures };
}

export const never = (): Promise<never> => new Promise(() => undefined);
/** A promise and what settles it. */
export function open<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

export const event: OrchestratorEvent = {
  type: 'task-submitted',
  ...{ title: 'T', at: 0, tenant: 'default', runId: 'r', rootRunId: 'r' },
  position: 1,
};

/** Lets work settle until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(holds()).toBe(true);
}

export const trap = (): never => {
  throw new Error('Hands off.');
};
