/** Bases to extend: each fixes what its type of plugin may do and leaves the rest alone. */

import type { AgentMessage } from '../contracts/agent.ts';
import type { OrchestratorEvent } from '../contracts/events.ts';
import type {
  Hooks,
  Observer,
  PluginContext,
  PluginContract,
  PluginMetadata,
  Processor,
} from '../contracts/plugin.ts';
import type { TaskJson, TaskResult } from '../contracts/task.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';

/**
 * Any plugin: `metadata` says who it is.
 *
 * @example
 * class Greeter extends Plugin {
 *   readonly metadata = { name: 'greeter', version: '1.0.0', description: 'Greets.', pluginType: PluginType.PROCESSOR } as const;
 *   override execute({ name }: JsonObject) { return `Hello, ${name}!`; }
 * }
 */
export abstract class Plugin implements PluginContract {
  abstract readonly metadata: PluginMetadata;

  initialize(_context: PluginContext): Promise<void> | void {}

  shutdown(): Promise<void> | void {}

  /** Gives back nothing. */
  execute(_input: JsonObject): Promise<JsonValue> | JsonValue {
    return null;
  }
}

/** Called at points of a task's life; override those you need. */
export abstract class HookPlugin extends Plugin implements Hooks {
  onTaskCreated(_task: TaskJson): Promise<void> | void {}
  onTaskStarted(_task: TaskJson, _agent: string): Promise<void> | void {}
  onTaskCompleted(_task: TaskJson, _result: TaskResult): Promise<void> | void {}
  onTaskFailed(_task: TaskJson, _result: TaskResult): Promise<void> | void {}
  onMessageSent(_message: AgentMessage): Promise<void> | void {}
}

/** Changes tasks before agents see them and results before callers do. */
export abstract class ProcessorPlugin extends Plugin implements Processor {
  processTask(task: TaskJson): Promise<TaskJson> | TaskJson {
    return task;
  }

  processResult(result: TaskResult, _task: TaskJson): Promise<TaskResult> | TaskResult {
    return result;
  }
}

/** Hears every event. */
export abstract class ObserverPlugin extends Plugin implements Observer {
  abstract onEvent(event: OrchestratorEvent): void;
}
