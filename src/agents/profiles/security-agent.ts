/** Security: finds secrets and dangerous code. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Security: finds secrets and dangerous code. */
export class SecurityAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'SecurityAgent',
          promptName: 'SecurityAgent',
          description: 'Looks for secrets in files and for code that lets an attacker in.',
          capabilities: ['security_analysis', 'evaluation'],
          taskTypes: ['security_review'],
          skills: async () => (await import('../../skills/security/index.ts')).securitySkills,
        },
        options,
      ),
    );
  }
}
