/** Quality assurance: judges the tests and runs them when allowed. */
import type { AgentOptions } from '../agent-options.ts';
import { BaseAgent } from '../base-agent.ts';
import { withOptions } from './profile.ts';

/** Quality assurance: judges the tests and runs them when allowed. */
export class QAAgent extends BaseAgent {
  constructor(options: AgentOptions = {}) {
    super(
      withOptions(
        {
          name: 'QAAgent',
          promptName: 'QAAgent',
          description:
            'Reviews the tests of a repository, finds what no test reaches and runs them when allowed.',
          capabilities: ['testing', 'evaluation'],
          taskTypes: ['testing'],
          skills: async () => (await import('../../skills/qa/index.ts')).qaSkills,
        },
        options,
      ),
    );
  }
}
