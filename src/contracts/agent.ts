/** An agent: does tasks of some types and answers messages. */
import type { Logger } from '../observability/logger.ts';
import type { Tracer } from '../observability/tracer.ts';
import type { JsonObject, JsonValue } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';
import type { AdapterContract } from './adapter.ts';
import type { CallEvent } from './agent-events.ts';
import type { AskApproval } from './approval.ts';
import type { Artifact } from './artifact.ts';
import type { BudgetView } from './budget.ts';
import type { Effect } from './effect.ts';
import type { AgentMemory, KnowledgeReader } from './memory.ts';
import type { ModelClient } from './model.ts';
import type { ProgramRunner } from './program.ts';
import type { TaskJson, TaskOutcome, TaskResult, TaskType } from './task.ts';
import type { ToolBox } from './tool.ts';
import type { Workspace } from './workspace.ts';

/** The capabilities that routing knows. */
export const AgentCapability = {
  PLANNING: 'planning',
  CODING: 'coding',
  TESTING: 'testing',
  SECURITY_ANALYSIS: 'security_analysis',
  DOCUMENTATION: 'documentation',
  CODE_REVIEW: 'code_review',
  TASK_DECOMPOSITION: 'task_decomposition',
  EVALUATION: 'evaluation',
  SYSTEM_DESIGN: 'system_design',
  RESEARCH: 'research',
  DEVOPS: 'devops',
  DATA_MODELING: 'data_modeling',
} as const;
/** What an agent is good at. */
export type AgentCapability = (typeof AgentCapability)[keyof typeof AgentCapability];

/** Something said to an agent. */
export interface AgentMessage {
  readonly sender: string;
  /** An agent's name, or `*` for all. */
  readonly recipient: string;
  readonly content: string;
  /** @default 'text' */
  readonly messageType: string;
  readonly metadata: JsonObject;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** Ties an answer to its question. */
  readonly correlationId: string;
}

/** What an agent answers. A failed answer has `success: false` and says why in `content`. */
export interface AgentResponse {
  readonly agentName: string;
  readonly content: string;
  readonly success: boolean;
  readonly artifacts: readonly Artifact[];
  readonly metadata: JsonObject;
  readonly timestamp: string;
  readonly needsCorrection: boolean;
  readonly correctionReason: string | null;
}

/** What an agent may use while it works. New abilities become new fields. */
export interface AgentContext {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly clock: Clock;
  /** Undefined without a model. Each call is a step of the run. */
  readonly model: ModelClient | undefined;
  readonly tools: ToolBox;
  /** What may still be used up. */
  readonly budget: BudgetView;
  readonly memory: AgentMemory;
  readonly knowledge: KnowledgeReader;
  readonly adapters: ReadonlyMap<string, AdapterContract>;
  /** Undefined when the orchestrator has no workspace. */
  readonly workspace: Workspace | undefined;
  readonly runner: ProgramRunner;
  readonly policy: { readonly allowExecute: boolean };
  /** Results of the tasks this one depends on, by task id. */
  readonly inputs: Readonly<Record<string, TaskResult>>;
  readonly tenant: string;
  readonly run: { readonly id: string; readonly attempt: number };
  /** Does `work` once per run, also over a crash. What it returns must be JSON. */
  step<T extends JsonValue>(
    key: string,
    work: (step: { idempotencyKey: string; signal: AbortSignal }) => Promise<T>,
  ): Promise<T>;
  /**
   * Does something that changes the outside once per run: intent before, receipt after. When a process ended in between,
   * the effect's policy decides; a person may have to.
   */
  effect<T extends JsonValue>(key: string, effect: Effect<T>): Promise<T>;
  /** Asks a person and waits, holding no slot. Undefined where nobody can be asked, as outside of a run. */
  readonly ask: AskApproval | undefined;
  /** Tells those who watch the run. */
  emit(event: AgentEvent): void;
}

/** What an agent may tell while it works; a {@link CallEvent} is told for it. */
export type AgentEvent =
  | { readonly type: 'skill-started'; readonly skill: string }
  | { readonly type: 'skill-finished'; readonly skill: string; readonly artifact: Artifact }
  | { readonly type: 'progress'; readonly message: string }
  | ModelWorkEvent
  | CallEvent;

/** What work with a model tells: its text, what it calls, and what the loop does about it. */
export type ModelWorkEvent =
  /** A text of the model, or a piece of one where it is streamed. */
  | { readonly type: 'model-text'; readonly text: string; readonly isPiece: boolean }
  | {
      readonly type: 'model-answered';
      readonly call: number;
      readonly tools: readonly string[];
      readonly tokens: number;
    }
  | { readonly type: 'tool-started'; readonly call: string; readonly tool: string; readonly input: JsonValue }
  | {
      readonly type: 'tool-finished';
      readonly call: string;
      readonly tool: string;
      readonly outcome: 'done' | 'failed' | 'refused' | 'fault' | 'not-made';
      /** The first characters of what came back. */
      readonly summary: string;
    }
  /** The loop stepped in: it warned of a repeat, nudged, or made the talk shorter. */
  | {
      readonly type: 'loop-noted';
      readonly note: 'warned' | 'nudged' | 'compacted';
      readonly message: string;
    };

/** What an orchestrator asks of an agent. `BaseAgent` is the usual way to have it. */
export interface AgentContract {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly AgentCapability[];
  readonly taskTypes: readonly TaskType[];
  /** Does a task. Throwing is a failed attempt, which the task's retry policy judges. */
  handleTask(task: TaskJson, context: AgentContext): Promise<TaskOutcome>;
  /** Answers a message. */
  processMessage(message: AgentMessage, context: AgentContext): Promise<AgentResponse>;
  /** Called once, before the first task. */
  initialize?(): Promise<void>;
  /** Called once when the orchestrator shuts down, if the agent was initialised. */
  shutdown?(): Promise<void>;
}
