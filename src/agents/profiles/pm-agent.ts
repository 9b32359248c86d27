/** Project manager: turns requests and findings into an ordered plan and keeps the risk register. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Project manager: turns requests and findings into an ordered plan and keeps the risk register. */
export class PMAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'PMAgent',
          promptName: 'PMAgent',
          description:
            'Breaks work down into tasks with an order, sets priorities and names risks, each from findings or from the history of the repository.',
          capabilities: ['planning', 'task_decomposition'],
          taskTypes: ['planning'],
          skills: async () => (await import('../../skills/pm/index.ts')).pmSkills,
        },
        options,
      ),
    );
  }
}
