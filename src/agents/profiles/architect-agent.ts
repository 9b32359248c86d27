/** Architect: knows how the modules hang together. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Architect: knows how the modules hang together. */
export class ArchitectAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'ArchitectAgent',
          promptName: 'ArchitectAgent',
          description: 'Maps the modules of a repository, its stack, import cycles and coupling.',
          capabilities: ['system_design'],
          taskTypes: ['architecture'],
          skills: async () => (await import('../../skills/architect/index.ts')).architectSkills,
        },
        options,
      ),
    );
  }
}
