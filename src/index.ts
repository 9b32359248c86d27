/** The table of contents of the root import. */

// Adapters
export { CLIAdapter, type CLIAdapterOptions } from './adapters/cli/index.ts';
export {
  type HttpServer,
  MCPAdapter,
  type MCPAdapterOptions,
  type MCPData,
  type StdioServer,
  type ToolChange,
} from './adapters/mcp/index.ts';
export type { AgentOptions, AgentProfile, SkillSource } from './agents/agent-options.ts';
export { allAgents } from './agents/all-agents.ts';
// Agents
export { BaseAgent } from './agents/base-agent.ts';
export { ArchitectAgent } from './agents/profiles/architect-agent.ts';
export { DataAgent } from './agents/profiles/data-agent.ts';
export { DevAgent } from './agents/profiles/dev-agent.ts';
export { DevOpsAgent } from './agents/profiles/devops-agent.ts';
export { DocsAgent } from './agents/profiles/docs-agent.ts';
export { PMAgent } from './agents/profiles/pm-agent.ts';
export { QAAgent } from './agents/profiles/qa-agent.ts';
export { ResearchAgent } from './agents/profiles/research-agent.ts';
export { SecurityAgent } from './agents/profiles/security-agent.ts';
export type { Route } from './agents/running/router.ts';
export { type WorktreeToolsOptions, worktreeTools } from './agents/worktree-tools.ts';
// Backends
export { MemoryBackend, type MemoryBackendOptions } from './backends/memory/index.ts';
// Configuration
export { Environment } from './config/environment.ts';
export { loadConfig, type OrchestratorConfig } from './config/load-config.ts';
export { getPlatformInfo } from './config/platform.ts';
export {
  type AdapterContract,
  type AdapterResult,
  AdapterStatus,
  AdapterType,
  type OperationDescription,
} from './contracts/adapter.ts';
export {
  AgentCapability,
  type AgentContext,
  type AgentContract,
  type AgentEvent,
  type AgentMessage,
  type AgentResponse,
  type ModelWorkEvent,
} from './contracts/agent.ts';
export type { Approval, ApprovalDecision, ApprovalKind, ApprovalStatus } from './contracts/approval.ts';
export type {
  Artifact,
  ArtifactStatus,
  CommandEvidence,
  DocumentEvidence,
  Evidence,
  Finding,
  LocationEvidence,
  Severity,
} from './contracts/artifact.ts';
export type {
  Backend,
  QueueOptions,
  RateLimit,
  RegisterOptions,
  RunContext,
  RunFilter,
  RunFunction,
  RunInfo,
  RunOutcome,
  RunStore,
  SubmitOptions,
  TenantLimits,
} from './contracts/backend.ts';
export type {
  BudgetLimits,
  BudgetLine,
  BudgetOptions,
  BudgetScope,
  BudgetUnit,
  BudgetView,
} from './contracts/budget.ts';
export type { Effect, EffectContext, Reconciliation, UnfinishedPolicy } from './contracts/effect.ts';
export {
  type EvaluationContext,
  type EvaluationContract,
  type EvaluationFinding,
  type EvaluationResult,
  EvaluationSeverity,
} from './contracts/evaluation.ts';
export type { OrchestratorEvent, OrchestratorEventBody } from './contracts/events.ts';
export {
  type AgentMemory,
  KnowledgeCategory,
  type KnowledgeEntry,
  type KnowledgeQuery,
  type KnowledgeReader,
  type MemoryEntry,
  type MemoryQuery,
  MemoryType,
} from './contracts/memory.ts';
// Models
export type { CreateOptions, CreateResult, ModelClient, ModelInfo, ModelMessage } from './contracts/model.ts';
export {
  type AdapterProvider,
  type AgentProvider,
  type EvaluatorProvider,
  type Hooks,
  type Observer,
  type PluginContext,
  type PluginContract,
  type PluginMetadata,
  PluginType,
  type Processor,
  type StorageProvider,
} from './contracts/plugin.ts';
export type { ProgramRequest, ProgramResult, ProgramRunner } from './contracts/program.ts';
export type { ScheduleNote } from './contracts/schedule.ts';
export type { Schema } from './contracts/schema.ts';
// Skills, tools, artifacts
export type {
  AnySkill,
  Availability,
  RuleInfo,
  SideEffects,
  Skill,
  SkillContext,
  SkillOutput,
} from './contracts/skill.ts';
export type { StatePort, StateRecord } from './contracts/state.ts';
export {
  type RetryConfig,
  type RetryState,
  RetryStrategy,
  type StopReason,
  type TaskJson,
  type TaskOutcome,
  TaskPriority,
  type TaskResult,
  TaskStatus,
  TaskType,
  type Usage,
} from './contracts/task.ts';
export type { AnyTool, Tool, ToolBox, ToolCallContext } from './contracts/tool.ts';
export type { TextFile, Workspace, WorkspaceFile, WorkspaceListing } from './contracts/workspace.ts';
// Conversations
export {
  Conversation,
  ConversationMode,
  ConversationStatus,
  type ConversationStop,
  type ConversationTurn,
} from './conversation/conversation.ts';
export { ConversationManager } from './conversation/conversation-manager.ts';
// Corrections and evaluations
export { CorrectionLoop, type CorrectionLoopOptions } from './correction/correction-loop.ts';
export {
  type CorrectionHandler,
  type CorrectionLoopResult,
  CorrectionStatus,
  type CorrectionStopReason,
} from './correction/correction-types.ts';
export { createDefaultLoop, createLenientLoop, createStrictLoop } from './correction/create-loops.ts';
export type { CallLimits } from './llm/call-gate.ts';
// Models
export { createStructured, type StructuredFormat, type StructuredResult } from './llm/create-structured.ts';
export { FallbackModelClient, type FallbackOptions } from './llm/fallback-model.ts';
export { type LimitModelOptions, limitModel } from './llm/limit-model.ts';
export { type AdapterToolOptions, adapterTool, adapterTools } from './llm/loop/adapter-tool.ts';
export {
  type ContextPolicy,
  type ContextRequest,
  keepLast,
  summarise,
  tokenBudget,
} from './llm/loop/context-policy.ts';
export { defineTool, type ToolInit } from './llm/loop/define-tool.ts';
export type {
  LoopLimits,
  LoopStopReason,
  ToolCallRecord,
  ToolLoopOptions,
  ToolLoopResult,
} from './llm/loop/loop-options.ts';
export { runToolLoop } from './llm/loop/run-tool-loop.ts';
export type { ToolDecision, ToolPolicy, ToolRequest, ToolRule } from './llm/loop/tool-policy.ts';
export type { Exchange } from './llm/openai/exchange.ts';
export { failureKindOf, type ModelFailureKind } from './llm/openai/model-failure.ts';
export { OpenAIModelClient } from './llm/openai/openai-client.ts';
export type { ModelTimeouts, OpenAIModelClientOptions, PriceFunction } from './llm/openai/openai-options.ts';
export { type RecordOptions, recordModel } from './llm/record/record-model.ts';
export type { RecordedCall, RecordedRequest, Recording } from './llm/record/recording.ts';
export { ReplayModelClient, type ReplayOptions } from './llm/record/replay-model.ts';
export { KnowledgeBase } from './memory/knowledge-base.ts';
// Memory and knowledge
export { MemoryStore } from './memory/memory-store.ts';
// Observability
export { createLogger, type Logger } from './observability/logger.ts';
export { MetricsCollector } from './observability/metrics.ts';
export { Tracer } from './observability/tracer.ts';
export type { ConversationInit } from './orchestrator/message-desk.ts';
export type { MessageInit } from './orchestrator/messaging.ts';
// The orchestrator
export { Orchestrator } from './orchestrator/orchestrator.ts';
export type { OrchestratorOptions } from './orchestrator/orchestrator-options.ts';
export type { OrchestratorStatus } from './orchestrator/orchestrator-status.ts';
export type { ScheduleInfo, ScheduleState } from './orchestrator/schedules/schedule-record.ts';
export type { ScheduledWork } from './orchestrator/schedules/scheduled-work.ts';
export type { ScheduleHandle, Schedules } from './orchestrator/schedules/schedules.ts';
export type { WaitOptions } from './orchestrator/wait-options.ts';
export { type LoadPluginsOptions, loadPlugins } from './plugins/load-plugins.ts';
// Plugins
export { HookPlugin, ObserverPlugin, Plugin, ProcessorPlugin } from './plugins/plugin.ts';
export type { PluginState, PluginStatus } from './plugins/plugin-entry.ts';
export type { PluginLimits } from './plugins/plugin-limits.ts';
export { PluginManager, type PluginManagerOptions } from './plugins/plugin-manager.ts';
export type { DecisionOptions } from './security/approvals/backend-approvals.ts';
// Shared
export { type ErrorCode, type ErrorJson, InvalidArgumentError, OrchestratorError } from './shared/errors.ts';
export type { IdSource } from './shared/ids.ts';
export type { JsonObject, JsonValue } from './shared/json.ts';
export type { Clock } from './shared/time.ts';
// Tasks
export type {
  CronTiming,
  IntervalTiming,
  MissedPolicy,
  OverlapPolicy,
  ScheduleTiming,
} from './tasks/schedule-timing.ts';
export { Task, type TaskOptions } from './tasks/task.ts';
export type { TaskInit } from './tasks/task-fields.ts';
export { TaskQueue, type TaskQueueOptions } from './tasks/task-queue.ts';
export { TaskTemplate, type TaskTemplateInit } from './tasks/task-template.ts';
export { TaskTemplateLibrary } from './tasks/task-template-library.ts';
export { TaskTemplates } from './tasks/task-templates.ts';
// Workflows
export { Workflow } from './workflow/workflow.ts';
export { WorkflowEngine } from './workflow/workflow-engine.ts';
export { WorkflowStep } from './workflow/workflow-step.ts';
export { WorkflowTemplates } from './workflow/workflow-templates.ts';
export {
  type OnFailure,
  type StepResult,
  type WorkflowJson,
  type WorkflowResult,
  WorkflowStatus,
  type WorkflowStepJson,
  WorkflowStepType,
} from './workflow/workflow-types.ts';
