import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIAdapter } from '../../src/adapters/cli/index.ts';
import { allAgents } from '../../src/agents/all-agents.ts';
import { BaseAgent } from '../../src/agents/base-agent.ts';
import type { AdapterContract } from '../../src/contracts/adapter.ts';
import type { AnySkill } from '../../src/contracts/skill.ts';
import { KnowledgeBase } from '../../src/memory/knowledge-base.ts';
import { allSkills } from '../../src/skills/index.ts';
import { adapterConformance, agentConformance, skillConformance } from '../../src/testing/index.ts';
import { fakeSkill, SOME_EVIDENCE } from '../support/fake-skill.ts';
import { makeTwoRepositories, type TwoRepositories } from '../support/two-repositories.ts';

let repositories: TwoRepositories;
const workspace = async (): Promise<string> => repositories.roots[0];

beforeAll(async () => {
  repositories = await makeTwoRepositories();
}, 60_000);
afterAll(() => repositories.dispose());

describe.each(allAgents().map((agent, index) => [agent.name, index] as const))(
  '%s keeps the contract of agents',
  (_name, index) => {
    for (const { name, run } of agentConformance({
      create: () => allAgents()[index] as BaseAgent,
      workspace,
    }))
      it(name, run);
  },
);

/** What skills need that work only on what they are given, or on changes that are not committed. */
const INPUTS: Readonly<Record<string, object>> = {
  'review-diff': { base: 'HEAD~1' },
  estimate: {
    tasks: [
      { id: 'build', optimistic: 1, likely: 2, pessimistic: 5 },
      { id: 'ship', optimistic: 1, likely: 1, pessimistic: 2, dependencies: ['build'] },
    ],
  },
  'decision-records': { decision: { title: 'Keep one file', context: 'There are two.' } },
  comparison: { options: ['npm install', 'npm run deploy'], criteria: ['run', 'price'] },
};

// Running the repository's own tests needs a leave that the suite does not give; the folder holds no PostgreSQL.
describe.each(
  allSkills
    .filter(({ name }) => name !== 'run-tests' && name !== 'coverage' && name !== 'postgres-schema')
    .map((skill) => [skill.name, skill] as const),
)('%s keeps the contract of skills', (_name, skill) => {
  const knowledge = () => KnowledgeBase.createWithDefaults();
  const input = INPUTS[skill.name] ?? {};
  for (const { name, run } of skillConformance({ skill, workspace, input, knowledge })) it(name, run);
});

describe('CLIAdapter keeps the contract of adapters', () => {
  const create = (): AdapterContract =>
    new CLIAdapter({ enabled: true, allowedCommands: ['node'], workspace: repositories.roots[0] });
  const run = (code: string) => ({ operation: 'run', parameters: { command: 'node', args: ['-e', code] } });
  for (const { name, run: check } of adapterConformance({
    create,
    works: run('process.exit(0)'),
    fails: run('process.exit(3)'),
  }))
    it(name, check);
});

describe('the suites', () => {
  const failing = async (
    cases: readonly { readonly name: string; run(): Promise<void> }[],
  ): Promise<string[]> => {
    const names: string[] = [];
    for (const { name, run } of cases) await run().catch(() => names.push(name));
    return names;
  };

  it('catch an agent that lies, changes its task, forgets what it did and ignores cancellation', async () => {
    let count = 0;
    class Liar extends BaseAgent {
      constructor() {
        super({ name: 'Liar', description: 'Lies.', capabilities: ['coding'], taskTypes: ['development'] });
      }
      override async handleTask(task: never): Promise<never> {
        Object.assign(task, { title: 'Mine now' });
        return { success: true, stopReason: 'failed', output: ++count } as never;
      }
      override async processMessage(): Promise<never> {
        return { agentName: 'Somebody else', content: 1 } as never;
      }
    }
    expect(await failing(agentConformance({ create: () => new Liar() }))).toHaveLength(5);
  });

  it('catch a skill whose findings have no rule, no place and other ids each time', async () => {
    let count = 0;
    const location = {
      type: 'location',
      path: 'README.md',
      line: 1,
      fileDigest: `sha256:${'0'.repeat(64)}`,
      excerpt: 'made up',
    } as const;
    const skill: AnySkill = fakeSkill('made-up', {
      run: async () => ({
        summary: 'Trust me.',
        data: {},
        evidence: [SOME_EVIDENCE],
        findings: [
          { id: String(++count), rule: 'unknown', severity: 'error' as const, message: 'Bad.', location },
        ],
      }),
    });
    expect(await failing(skillConformance({ skill, workspace }))).toEqual([
      'ends done, with evidence, findings of its own rules and places that open',
      'finds the same again',
    ]);
  });
});
