// A conversation: agents speak in turn, say only what nobody has said, and it ends when all pass.
import {
  type AgentContext,
  type AgentMessage,
  type AgentResponse,
  BaseAgent,
  Orchestrator,
} from 'autogen-orchestrator';

class Voice extends BaseAgent {
  readonly #lines: string[];
  constructor(name: string, lines: string[]) {
    super({ name, description: `${name} speaks.`, capabilities: ['evaluation'], taskTypes: [] });
    this.#lines = [...lines];
  }
  override async processMessage(_message: AgentMessage, context: AgentContext): Promise<AgentResponse> {
    return {
      agentName: this.name,
      content: this.#lines.shift() ?? '',
      success: true,
      artifacts: [],
      metadata: {},
      timestamp: new Date(context.clock.now()).toISOString(),
      needsCorrection: false,
      correctionReason: null,
    };
  }
}

const orchestrator = new Orchestrator();
orchestrator.registerAgents([
  new Voice('Ada', ['We should cache the result.', 'Then a version in the key.']),
  new Voice('Linus', ['A cache needs a way out.', 'A cache needs a way out.']),
]);
const { id } = orchestrator.createConversation({ topic: 'The slow page', participants: ['Ada', 'Linus'] });
const conversation = await orchestrator.runConversation(id, { maxRounds: 5 });
for (const { round, agent, isPass, content } of conversation.turns)
  console.log(`${round} ${agent}: ${isPass ? '(passes)' : content}`);
console.log(`${conversation.status}, ${conversation.stopReason}`);
await orchestrator.shutdown();

// Prints:
// 1 Ada: We should cache the result.
// 1 Linus: A cache needs a way out.
// 2 Ada: Then a version in the key.
// 2 Linus: (passes)
// 3 Ada: (passes)
// 3 Linus: (passes)
// completed, all-passed
