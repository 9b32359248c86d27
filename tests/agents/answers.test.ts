import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAgents } from '../../src/agents/all-agents.ts';
import type { AgentResponse } from '../../src/contracts/agent.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { makeTwoRepositories, type TwoRepositories } from '../support/two-repositories.ts';

/** Five questions for each agent, the first of them out of its scope. */
const QUESTIONS: Readonly<Record<string, readonly [string, string, string, string, string]>> = {
  PMAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Which TODO markers are old?',
    'Which files change most often?',
    'How many commits and authors are there?',
    'What are the risks?',
  ],
  ArchitectAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Are there import cycles?',
    'Which module is imported most often?',
    'Which languages are used?',
    'How many modules and edges are there?',
  ],
  DevAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Are there unused exports?',
    'Where is an empty catch?',
    'Which functions are most complex?',
    'Is there a debugger statement?',
  ],
  QAAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Which tests are skipped?',
    'Is a test focused?',
    'Which modules are untested?',
    'Which test has no assertion?',
  ],
  SecurityAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Are there hardcoded secrets?',
    'Where is a command injection?',
    'Is there weak hashing?',
    'How many files were scanned?',
  ],
  DocsAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Which links are broken?',
    'Which npm scripts in the docs do not exist?',
    'Is the license section there?',
    'Which anchors are broken?',
  ],
  ResearchAgent: [
    'Zebra xylophone quixotic?',
    'How do I install it?',
    'Which dependencies are unused?',
    'Which dependencies are undeclared?',
    'How is it configured?',
  ],
  DevOpsAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Which actions are unpinned?',
    'Does a container run as root?',
    'Which images use latest?',
    'Is there a script injection in a workflow?',
  ],
  DataAgent: [
    'Will it rain in Lisbon tomorrow?',
    'Which rows are ragged?',
    'Are there duplicate ids?',
    'Which foreign keys have no index?',
    'Which columns does the customers table have?',
  ],
};

let repositories: TwoRepositories;
const open: Orchestrator[] = [];

beforeAll(async () => {
  repositories = await makeTwoRepositories();
  for (const workspace of repositories.roots) {
    const orchestrator = new Orchestrator({ workspace, logger: silentLogger });
    orchestrator.registerAgents(allAgents());
    open.push(orchestrator);
  }
}, 60_000);

afterAll(async () => {
  for (const orchestrator of open) await orchestrator.shutdown();
  await repositories.dispose();
});

interface Citation {
  readonly artifactId: string;
  readonly findingId?: string;
  readonly path?: string;
  readonly line?: number;
}

/** Each citation names an artifact of the response, and its place exists in the repository. */
async function checkCitations(response: AgentResponse, root: string): Promise<number> {
  const citations = response.metadata['citations'] as unknown as readonly Citation[];
  for (const { artifactId, findingId, path, line } of citations) {
    const artifact = response.artifacts.find(({ id }) => id === artifactId);
    expect(artifact, artifactId).toBeDefined();
    if (findingId === undefined) continue;
    expect(artifact?.findings.map(({ id }) => id)).toContain(findingId);
    const lines = (await readFile(join(root, path as string), 'utf8')).split(/\r?\n/);
    expect(lines.length).toBeGreaterThanOrEqual(line as number);
    expect(response.content).toContain(`${path}:${line}`);
  }
  return citations.length;
}

describe.each(Object.entries(QUESTIONS))('%s', (recipient, questions) => {
  it('answers from what it found, cites places that open, and says so when a question is out of its scope', async () => {
    const answers: string[][] = [];
    for (const [index, orchestrator] of open.entries()) {
      const root = repositories.roots[index] as string;
      const own: string[] = [];
      for (const [number, content] of questions.entries()) {
        const response = await orchestrator.sendMessage({ recipient, content });
        expect(response).toMatchObject({ agentName: recipient, success: true });
        const cited = await checkCitations(response, root);
        if (number === 0) {
          expect(response.metadata['outOfScope'], content).toBe(true);
          for (const { id } of response.artifacts) expect(response.content).toContain(id);
        } else if (response.metadata['outOfScope'] !== true) {
          expect(cited, `${content}\n${response.content}`).toBeGreaterThan(0);
        }
        own.push(response.content);
      }
      answers.push(own);
    }
    const [first = [], second = []] = answers;
    // The first repository holds everything that is asked about.
    expect(new Set(first).size, first.join('\n---\n')).toBe(questions.length);
    expect(first.filter((answer) => answer.startsWith('Nothing that I hold'))).toHaveLength(1);
    expect(first).not.toEqual(second);
  }, 60_000);
});
