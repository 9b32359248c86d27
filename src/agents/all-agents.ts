/** The whole team, in the order in which a report shows it. */
import type { AgentOptions } from './agent-options.ts';
import type { BaseAgent } from './base-agent.ts';
import { ArchitectAgent } from './profiles/architect-agent.ts';
import { DataAgent } from './profiles/data-agent.ts';
import { DevAgent } from './profiles/dev-agent.ts';
import { DevOpsAgent } from './profiles/devops-agent.ts';
import { DocsAgent } from './profiles/docs-agent.ts';
import { PMAgent } from './profiles/pm-agent.ts';
import { QAAgent } from './profiles/qa-agent.ts';
import { ResearchAgent } from './profiles/research-agent.ts';
import { SecurityAgent } from './profiles/security-agent.ts';

/** The nine agents, each with the given options (which must not name them). */
export function allAgents(options: Omit<AgentOptions, 'name' | 'skills'> = {}): readonly BaseAgent[] {
  return [
    new PMAgent(options),
    new ArchitectAgent(options),
    new DevAgent(options),
    new QAAgent(options),
    new SecurityAgent(options),
    new DocsAgent(options),
    new ResearchAgent(options),
    new DevOpsAgent(options),
    new DataAgent(options),
  ];
}
