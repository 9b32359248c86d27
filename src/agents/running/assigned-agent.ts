/**
 * The agent of an attempt: chosen once, and remembered. A run that was resumed by a program which no longer has that
 * agent waits for it instead of guessing another one, or failing for good.
 */
import type { AgentContract } from '../../contracts/agent.ts';
import type { RunContext } from '../../contracts/backend.ts';
import type { OrchestratorEventBody } from '../../contracts/events.ts';
import type { TaskJson } from '../../contracts/task.ts';
import type { Logger } from '../../observability/logger.ts';
import { agentSignal, type ParkedRuns } from './parked-runs.ts';
import { type Route, routeTask } from './router.ts';

/** What choosing needs. */
export interface AgentSource {
  agents(): readonly AgentContract[];
  readonly parked?: ParkedRuns;
  emit(runId: string, body: OrchestratorEventBody): void;
}

/** Rejects with `no-agent` when nobody fits; waits, without a slot, for one that was chosen before and is gone. */
export async function assignedAgent(
  source: AgentSource,
  run: RunContext,
  task: Pick<TaskJson, 'id' | 'taskType' | 'assignedAgent'>,
  { prefix, logger }: { readonly prefix: string; readonly logger: Logger },
): Promise<Route> {
  const { name, reason } = await run.step(`${prefix}agent`, () => {
    const route = routeTask(task, source.agents());
    return Promise.resolve({ name: route.agent.name, reason: route.reason });
  });
  for (let wait = 1; ; wait += 1) {
    const agent = source.agents().find((candidate) => candidate.name === name);
    if (agent !== undefined) return { agent, reason };
    // Before anybody hears of it: who does may register that agent at once.
    source.parked?.add(name, run.runId);
    source.emit(run.runId, { type: 'task-parked', agent: name });
    logger.warn(
      { runId: run.runId, agent: name },
      `Run ${run.runId} was begun by ${name}, which this program does not have; it waits. Register ${name}, or start a program that does.`,
    );
    try {
      await run.waitForSignal(`${prefix}agent-back#${wait}`, agentSignal(name));
    } finally {
      source.parked?.remove(name, run.runId);
    }
  }
}
