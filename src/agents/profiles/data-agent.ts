/** Data: profiles data files and proves schemas on a real database. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Data: profiles data files and proves schemas on a real database. */
export class DataAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'DataAgent',
          promptName: 'DataAgent',
          description:
            'Profiles data files, infers their schemas and runs the database schema on a real database.',
          capabilities: ['data_modeling'],
          taskTypes: ['data'],
          skills: async () => (await import('../../skills/data/index.ts')).dataSkills,
        },
        options,
      ),
    );
  }
}
