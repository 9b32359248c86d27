/** Documentation: checks that what is written is true and complete. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Documentation: checks that what is written is true and complete. */
export class DocsAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'DocsAgent',
          promptName: 'DocsAgent',
          description: 'Checks links, anchors, commands and the documentation of public names.',
          capabilities: ['documentation'],
          taskTypes: ['documentation'],
          skills: async () => (await import('../../skills/docs/index.ts')).docsSkills,
        },
        options,
      ),
    );
  }
}
