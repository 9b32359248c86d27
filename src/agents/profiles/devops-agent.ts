/** DevOps: checks pipelines and containers. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** DevOps: checks pipelines and containers. */
export class DevOpsAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'DevOpsAgent',
          promptName: 'DevOpsAgent',
          description: 'Checks CI workflows, container files and compose files for faults and risks.',
          capabilities: ['devops'],
          taskTypes: ['devops'],
          skills: async () => (await import('../../skills/devops/index.ts')).devopsSkills,
        },
        options,
      ),
    );
  }
}
