/**
 * The durable function that runs a task: attempt, judge, wait, try again. Each attempt is one step, so that a finished
 * attempt is never repeated; what the agent did inside it is journalled in nested steps.
 */
import type { AgentContext, AgentContract, AgentEvent } from '../../contracts/agent.ts';
import type { ApprovalDecision, ApprovalRequest, AskApproval } from '../../contracts/approval.ts';
import type { RunContext, RunFunction } from '../../contracts/backend.ts';
import type { OrchestratorEventBody } from '../../contracts/events.ts';
import type { PluginHost } from '../../contracts/plugin.ts';
import { NO_USAGE, type TaskOutcome, type TaskResult } from '../../contracts/task.ts';
import type { MetricsCollector } from '../../observability/metrics.ts';
import { errorToJson, OrchestratorError, toError } from '../../shared/errors.ts';
import { isPlainObject, type JsonObject, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { nextDelayMs } from '../../shared/retry.ts';
import type { Clock } from '../../shared/time.ts';
import { Task } from '../../tasks/task.ts';
import { toTaskResult } from '../../tasks/task-result.ts';
import { buildContext, type ContextSources } from './agent-context.ts';
import { assignedAgent } from './assigned-agent.ts';
import type { ParkedRuns } from './parked-runs.ts';
import { rootOf } from './root-run.ts';
import type { StepFunction } from './step-function.ts';
import { inputsOf, type ResultReader } from './task-inputs.ts';
import { addUsage, UsageMeter } from './usage-meter.ts';

/** What the function needs from the orchestrator. */
export interface TaskServices {
  readonly sources: ContextSources;
  readonly clock: Clock;
  agents(): readonly AgentContract[];
  /** Makes sure that an agent's `initialize` has been called. */
  prepare(agent: AgentContract): Promise<void>;
  readonly results: ResultReader;
  /** Does the task and improves the outcome. @default the agent's outcome as it is */
  readonly correct?: (agent: AgentContract, task: Task, context: AgentContext) => Promise<TaskOutcome>;
  /** Asks a person, for a run. @default nobody can be asked */
  readonly ask?: (run: RunContext, request: ApprovalRequest) => Promise<ApprovalDecision>;
  /** Where runs are noted that wait for an agent which is gone. @default they wait for the next start */
  readonly parked?: ParkedRuns;
  /** Plugins that change tasks and results, and hooks. @default none */
  readonly plugins?: PluginHost;
  /** Counts and times attempts. @default not measured */
  readonly metrics?: MetricsCollector;
  emit(runId: string, body: OrchestratorEventBody): void;
}

/** Completes with a `TaskResult`; fails with `task-failed`, whose `details.result` is the `TaskResult`. */
export function createTaskFunction(services: TaskServices): RunFunction {
  return async (context, input) => {
    const task = Task.fromJSON(input);
    let usage = NO_USAGE;
    for (let attempt = 1; ; attempt += 1) {
      const journalled = await context.step(`attempt#${attempt}`, async ({ signal }) =>
        // Plain JSON already: outcomes of agents and plugins are brought to it when they come in.
        asJsonValue(await measuredAttempt(services, context, task, attempt, signal)),
      );
      // A cancelled run has been told of as cancelled: what an agent that did not listen returns changes nothing any more.
      context.signal.throwIfAborted();
      const result = journalled as unknown as TaskResult;
      usage = addUsage(usage, result.usage);
      const total = { ...result, usage };
      const agent = typeof result.metadata['agent'] === 'string' ? result.metadata['agent'] : null;
      if (result.success) {
        await services.plugins?.triggerHook('onTaskCompleted', task.toJSON(), total);
        services.emit(context.runId, { type: 'task-completed', agent: agent ?? '', result: total });
        return asJsonValue(total);
      }
      const delayMs = result.retryable
        ? nextDelayMs(task.retryConfig, attempt, result.error ?? result.errorMessage)
        : undefined;
      if (delayMs === undefined) {
        const last = { ...total, stopReason: finalReason(result, attempt) };
        await services.plugins?.triggerHook('onTaskFailed', task.toJSON(), last);
        services.emit(context.runId, { type: 'task-failed', agent, result: last });
        throw taskFailure(task, last);
      }
      services.emit(context.runId, {
        type: 'task-retrying',
        attempt,
        delayMs,
        errorMessage: result.errorMessage ?? '',
      });
      await context.sleep(`retry#${attempt}`, delayMs);
    }
  };
}

function asJsonValue(result: TaskResult): JsonValue {
  return result as unknown as JsonValue;
}

function finalReason(result: TaskResult, attempt: number): TaskResult['stopReason'] {
  return attempt > 1 && result.stopReason === 'failed' ? 'retries-exhausted' : result.stopReason;
}

/** The error of a task's run; a `TaskResult` travels in `details.result`. */
function taskFailure(task: Pick<Task, 'id' | 'title'>, result: TaskResult): OrchestratorError {
  return new OrchestratorError(
    'task-failed',
    `Task ${task.id} (${task.title}) failed: ${result.errorMessage ?? result.stopReason}`,
    {
      details: { taskId: task.id, result: toJsonValue(result) },
    },
  );
}

/** An attempt as a span and in the metrics `task_attempts_total` and `task_attempt_ms`. */
function measuredAttempt(
  services: TaskServices,
  context: RunContext,
  task: Task,
  attempt: number,
  signal: AbortSignal,
): Promise<TaskResult> {
  const attributes = { taskId: task.id, taskType: task.taskType, attempt, tenant: task.tenant };
  return services.sources.tracer.withSpan(
    'task.attempt',
    async (spanId) => {
      const result = await makeAttempt(services, context, task, attempt, signal);
      const agent = String(result.metadata['agent'] ?? 'none');
      services.sources.tracer.addEvent(spanId, 'task.attempt.ended', {
        agent,
        stopReason: result.stopReason,
      });
      services.metrics?.incrementCounter('task_attempts_total', 1, { agent, outcome: result.stopReason });
      services.metrics?.recordTimer('task_attempt_ms', result.executionTimeMs, { agent });
      return result;
    },
    { attributes },
  );
}

async function makeAttempt(
  services: TaskServices,
  context: RunContext,
  given: Task,
  attempt: number,
  signal: AbortSignal,
): Promise<TaskResult> {
  const json = given.toJSON();
  const wanted = (await services.plugins?.processTask(json)) ?? json;
  const task = wanted === json ? given : Task.fromJSON(wanted);
  const startedAt = services.clock.now();
  const meter = new UsageMeter();
  let agentName: string | null = null;
  let isOver = false;
  const close = (result: TaskResult): TaskResult => ({
    ...result,
    executionTimeMs: Math.max(0, services.clock.now() - startedAt),
    usage: addUsage(result.usage, meter.usage),
    metadata: { ...result.metadata, ...(agentName === null ? {} : { agent: agentName }) },
  });
  try {
    const { agent, reason } = await assignedAgent(services, context, task, {
      prefix: `attempt#${attempt}/`,
      logger: services.sources.logger,
    });
    agentName = agent.name;
    services.emit(context.runId, {
      type: 'task-started',
      title: task.title,
      agent: agent.name,
      attempt,
      routing: reason,
    });
    await services.plugins?.triggerHook('onTaskStarted', task.toJSON(), agent.name);
    await services.prepare(agent);
    const agentContext = await buildContext(services.sources, {
      agent,
      runId: context.runId,
      rootRunId: rootOf(context.runId),
      attempt,
      signal,
      step: prefixed(context, `attempt#${attempt}/`),
      once: prefixed(context, ''),
      ask: askIn(services, context),
      inputs: await inputsOf(task, services.results),
      meter,
      // What is said after the attempt, or after its run was cancelled, is said to nobody: the end was told already.
      emit: (event: AgentEvent) => {
        if (!isOver && !signal.aborted)
          services.emit(context.runId, { type: 'agent-reported', agent: agent.name, event });
      },
    });
    const outcome = await (services.correct?.(agent, task, agentContext) ??
      agent.handleTask(task.toJSON(), agentContext));
    const result = close(checked(outcome, agent.name));
    return (await services.plugins?.processResult(result, task.toJSON())) ?? result;
  } catch (error) {
    if (signal.aborted) throw error;
    return close(failed(error));
  } finally {
    isOver = true;
  }
}

function askIn({ ask }: TaskServices, context: RunContext): AskApproval | undefined {
  return ask === undefined ? undefined : (request) => ask(context, request);
}

function prefixed(context: RunContext, prefix: string): StepFunction {
  return (key, work, options) => context.step(`${prefix}${key}`, work, options);
}

/** What an agent returned, filled in. An agent that returns something else has failed. */
function checked(outcome: unknown, agent: string): TaskResult {
  if (!isPlainObject(outcome) || typeof outcome['success'] !== 'boolean') {
    throw new OrchestratorError(
      'agent-failed',
      `${agent} returned something that is no task outcome: expected an object with \`success\`.`,
      {
        details: { agent },
      },
    );
  }
  return toTaskResult(asJson(outcome, agent) as unknown as TaskResult);
}

function asJson(outcome: object, agent: string): JsonObject {
  try {
    return toJsonValue(outcome) as JsonObject;
  } catch (error) {
    throw new OrchestratorError(
      'invalid-json',
      `${agent} returned an outcome that JSON can't hold: ${toError(error).message}`,
      { details: { agent }, cause: error },
    );
  }
}

/** A thrown error as a result. Errors of strangers, which a step makes `internal`, are worth another attempt; ours say themselves. */
function failed(error: unknown): TaskResult {
  const json = errorToJson(error);
  return toTaskResult({
    success: false,
    error: json,
    errorMessage: json.message,
    retryable: OrchestratorError.isInstance(error) && error.code !== 'internal' ? error.retryable : true,
    stopReason: json.code === 'no-agent' || json.code === 'budget-exceeded' ? json.code : 'failed',
  });
}
