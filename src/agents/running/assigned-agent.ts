/**
 * The agent of an attempt: chosen once, and remembered. A run that was resumed by a program which no longer has that
 * agent waits for it instead of guessing another one, or failing for good.
 */
import type { AgentContract } from '../../contracts/agent.ts';
import type { RunContext } from '../../contracts/backend.ts';
import type { OrchestratorEventBody } from '../../contracts/events.ts';
import type { TaskJson } from '../../contracts/task.ts';
import type { Logger } from '../../observability/logger.ts';
import { type Route, routeTask } from './router.ts';

/** What choosing needs. */
export interface AgentSource {
  agents(): readonly AgentContract[];
  readonly parked?: ParkedRuns;
  emit(runId: string, body: OrchestratorEventBody): void;
}

/** Runs of this process that wait for an agent, by its name. */
export class ParkedRuns {
  readonly #runs = new Map<string, Set<string>>();

  add(agent: string, runId: string): void {
    const runs = this.#runs.get(agent) ?? new Set();
    this.#runs.set(agent, runs.add(runId));
  }

  /** The runs that wait for the agent; they are forgotten here. */
  take(agent: string): readonly string[] {
    const runs = [...(this.#runs.get(agent) ?? [])];
    this.#runs.delete(agent);
    return runs;
  }
}

/** The signal that an agent has come back. */
export function agentSignal(agent: string): string {
  return `agent:${agent}`;
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
    source.emit(run.runId, { type: 'task-parked', agent: name });
    logger.warn(
      { runId: run.runId, agent: name },
      `Run ${run.runId} was begun by ${name}, which this program does not have; it waits. Register ${name}, or start a program that does.`,
    );
    source.parked?.add(name, run.runId);
    await run.waitForSignal(`${prefix}agent-back#${wait}`, agentSignal(name));
  }
}
