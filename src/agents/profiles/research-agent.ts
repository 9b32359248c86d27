/** Research: finds passages and facts, and cites them. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Research: finds passages and facts, and cites them. */
export class ResearchAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'ResearchAgent',
          promptName: 'ResearchAgent',
          description:
            'Answers from the repository and the knowledge base with citations, and knows the dependencies.',
          capabilities: ['research'],
          taskTypes: ['research'],
          skills: async () => (await import('../../skills/research/index.ts')).researchSkills,
        },
        options,
      ),
    );
  }
}
