/** Runs the conversation of a workflow's step: made anew from its config, each turn a step of the run. */
import type { AgentContext, AgentContract } from '../contracts/agent.ts';
import type { RunContext } from '../contracts/backend.ts';
import { Conversation } from '../conversation/conversation.ts';
import { runSequential } from '../conversation/sequential.ts';
import { toJsonValue } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';
import { findAgent } from './find-agent.ts';
import type { WorkflowServices } from './workflow-services.ts';

/** What it needs of agents. */
export interface ConverseOptions {
  readonly clock: Clock;
  agents(): readonly AgentContract[];
  contextFor(agent: AgentContract, run: RunContext, signal: AbortSignal, key: string): Promise<AgentContext>;
}

/** The `converse` of {@link WorkflowServices}. */
export function createConverse({ clock, agents, contextFor }: ConverseOptions): WorkflowServices['converse'] {
  return async (run, key, { topic, participants, maxRounds }, signal) => {
    const all = agents();
    const speakers = participants.map((name) => findAgent(all, name));
    const conversation = new Conversation({ id: `${run.runId}/${key}`, topic, participants });
    await runSequential(conversation, {
      agents: speakers,
      contextFor: (agent, turn) => contextFor(agent, run, signal, `${key}/${turn}`),
      step: (turn, work) => run.step(`${key}/${turn}`, work),
      signal,
      now: () => clock.now(),
      ...(maxRounds === undefined ? {} : { maxRounds }),
    });
    return toJsonValue(conversation);
  };
}
