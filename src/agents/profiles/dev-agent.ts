/** Developer: reads and reviews code; writes it with a model. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Developer: reads and reviews code; writes it with a model. */
export class DevAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'DevAgent',
          promptName: 'DevAgent',
          description:
            'Reviews code for errors, dead code and slips that a compiler or a careful reader would catch.',
          capabilities: ['coding', 'code_review'],
          taskTypes: ['development', 'bug_fix', 'feature', 'code_review'],
          needsModelFor: ['development', 'bug_fix', 'feature'],
          skills: async () => (await import('../../skills/dev/index.ts')).devSkills,
        },
        options,
      ),
    );
  }
}
