/** Gives an agent the message of a workflow's step: once, remembered by the run. */
import type { AgentResponse } from '../contracts/agent.ts';
import { raceSignal } from '../shared/abort.ts';
import { toJsonValue } from '../shared/json.ts';
import type { ConverseOptions } from './converse.ts';
import { findAgent } from './find-agent.ts';
import type { WorkflowServices } from './workflow-services.ts';

/** The `ask` of {@link WorkflowServices}. */
export function createAsk({ clock, agents, contextFor }: ConverseOptions): WorkflowServices['ask'] {
  return async (run, key, { agent: name, message }, signal) => {
    const agent = findAgent(agents(), name);
    const answer = await run.step(key, async ({ idempotencyKey }) => {
      const asked = {
        sender: 'workflow',
        recipient: name,
        content: message,
        messageType: 'text',
        metadata: {},
        timestamp: new Date(clock.now()).toISOString(),
        correlationId: idempotencyKey,
      };
      const context = await contextFor(agent, run, signal, key);
      return toJsonValue(await raceSignal(agent.processMessage(asked, context), signal));
    });
    return answer as unknown as AgentResponse;
  };
}
