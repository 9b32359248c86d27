/** What an agent can call back while it works with a model: its memories, what is known, and results it was given. */
import { z } from 'zod';
import type { AgentContext } from '../../contracts/agent.ts';
import type { Artifact } from '../../contracts/artifact.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import { defineTool } from '../../llm/loop/define-tool.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { presentArtifact } from './skill-tool.ts';

/** `recall`, and `read_artifact` where there are any to read. */
export function memoryTools(
  { memory, knowledge }: Pick<AgentContext, 'memory' | 'knowledge'>,
  given: readonly Artifact[],
): readonly AnyTool[] {
  const recall = defineTool({
    name: 'recall',
    description: 'Searches what you remember and the knowledge base of the team.',
    sideEffects: 'read',
    input: z.object({ query: z.string().min(1).max(500) }),
    execute: async ({ query }) => ({
      memories: memory.search({ query, limit: 5 }).map(({ content }) => content.slice(0, 1000)),
      knowledge: knowledge
        .search({ query, limit: 5 })
        .map(({ title, content, source }) => ({ title, content: content.slice(0, 1500), source })),
    }),
  });
  if (given.length === 0) return [recall];
  return [
    recall,
    defineTool({
      name: 'read_artifact',
      description: 'Shows a result of an earlier task, by its id.',
      sideEffects: 'none',
      input: z.object({ id: z.string().max(200) }),
      async execute({ id }) {
        const artifact = given.find((candidate) => candidate.id === id);
        if (artifact !== undefined) return presentArtifact(artifact);
        const known = given.map((candidate) => candidate.id).join(', ');
        throw new OrchestratorError(
          'not-found',
          `There is no artifact ${JSON.stringify(id)}; there are: ${known}.`,
        );
      },
    }),
  ];
}
