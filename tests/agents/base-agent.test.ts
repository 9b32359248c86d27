import { describe, expect, it } from 'vitest';
import type { AgentProfile } from '../../src/agents/agent-options.ts';
import { allAgents } from '../../src/agents/all-agents.ts';
import { BaseAgent } from '../../src/agents/base-agent.ts';
import { PMAgent } from '../../src/agents/profiles/pm-agent.ts';
import { SecurityAgent } from '../../src/agents/profiles/security-agent.ts';
import { AgentCapability } from '../../src/contracts/agent.ts';
import type { AnySkill } from '../../src/contracts/skill.ts';
import { type TaskJson, TaskType } from '../../src/contracts/task.ts';
import { Task } from '../../src/tasks/task.ts';
import { createTestContext } from '../../src/testing/create-test-context.ts';
import { fakeSkill, SOME_EVIDENCE } from '../support/fake-skill.ts';
import { folderOf } from '../support/skill-context.ts';

const done = { summary: 'Two of three.', data: { count: 2 }, evidence: [SOME_EVIDENCE] };

function agentWith(skills: readonly AnySkill[], more: Partial<AgentProfile> = {}): BaseAgent {
  return new BaseAgent({
    name: 'Tester',
    description: 'Tests.',
    capabilities: ['testing'],
    taskTypes: ['testing', 'code_review'],
    skills,
    ...more,
  });
}

const taskOf = (taskType: TaskType, metadata = {}): TaskJson =>
  new Task({ title: 'Review', description: 'Review it.', taskType, metadata }).toJSON();

async function handle(agent: BaseAgent, task: TaskJson) {
  const { context, events, journal } = await createTestContext({
    agent,
    workspace: await folderOf({ 'a.txt': 'text' }),
  });
  return { outcome: await agent.handleTask(task, context), events, journal };
}

describe('an agent with skills', () => {
  it('runs those that list the type of the task and returns their artifacts', async () => {
    const agent = agentWith([
      fakeSkill('count', { gives: done }),
      fakeSkill('other', { taskTypes: ['data'], gives: done }),
    ]);
    const { outcome, events } = await handle(agent, taskOf('code_review'));
    expect(outcome).toMatchObject({ success: true, stopReason: 'completed', metadata: { agent: 'Tester' } });
    expect(outcome.output).toBe('The count skill: Two of three.');
    expect(outcome.artifacts).toMatchObject([
      { skill: 'count', kind: 'count', agent: 'Tester', status: 'done', data: { count: 2 } },
    ]);
    expect(events.map(({ type }) => type)).toEqual(['skill-started', 'skill-finished']);
  });

  it('runs exactly the skills that the task names, with the inputs it gives', async () => {
    const inputs: unknown[] = [];
    const agent = agentWith([
      fakeSkill('named', {
        taskTypes: ['data'],
        run: async (input: unknown) => {
          inputs.push(input);
          return done;
        },
      }),
      fakeSkill('count', { gives: done }),
    ]);
    const { outcome } = await handle(
      agent,
      taskOf('code_review', { skills: ['named'], skillInputs: { named: { depth: 3 } } }),
    );
    expect(outcome.artifacts?.map(({ skill }) => skill)).toEqual(['named']);
    expect(inputs).toEqual([{ depth: 3 }]);
  });

  it('does not repeat a skill that was journalled', async () => {
    let runs = 0;
    const agent = agentWith([
      fakeSkill('count', {
        run: async () => {
          runs++;
          return done;
        },
      }),
    ]);
    const workspace = await folderOf({ 'a.txt': 'text' });
    const first = await createTestContext({ agent, workspace });
    const before = await agent.handleTask(taskOf('code_review'), first.context);
    const second = await createTestContext({ agent, workspace }, first.journal);
    expect(await agent.handleTask(taskOf('code_review'), second.context)).toEqual(before);
    expect(runs).toBe(1);
  });

  it('refuses to run a skill that it does not have, naming those it has', async () => {
    const agent = agentWith([fakeSkill('count', { gives: done })]);
    await expect(handle(agent, taskOf('code_review', { skills: ['guess'] }))).rejects.toThrow(
      /names of skills of Tester \(count\), got "guess"/,
    );
  });

  it.each([
    [
      'a skill that failed',
      [fakeSkill('broken', { gives: new Error('Disk full.') }), fakeSkill('count', { gives: done })],
      'failed',
      /broken: Disk full\./,
    ],
    [
      'a skill that says done without evidence',
      [fakeSkill('liar', { gives: { ...done, evidence: [] } })],
      'failed',
      /without any evidence/,
    ],
    [
      'nothing to work on',
      [
        fakeSkill('idle', {
          available: async () => ({ status: 'not-applicable', reason: 'No tests here.' }),
        }),
      ],
      'not-applicable',
      /idle: No tests here\./,
    ],
    [
      'something missing',
      [fakeSkill('idle', { available: async () => ({ status: 'unavailable', reason: 'Install git.' }) })],
      'unavailable',
      /idle: Install git\./,
    ],
    ['no skill for the task', [], 'not-applicable', /Tester has no skill for code_review tasks/],
  ] as const)('does not call it a success with %s', async (_what, skills, stopReason, message) => {
    const { outcome } = await handle(agentWith(skills), taskOf('code_review'));
    expect(outcome.success).toBe(false);
    expect(outcome.stopReason).toBe(stopReason);
    expect(outcome.errorMessage).toMatch(message);
  });

  it('succeeds when one skill is done and another has nothing to work on', async () => {
    const idle = fakeSkill('idle', {
      available: async () => ({ status: 'not-applicable', reason: 'No tests here.' }),
    });
    const { outcome } = await handle(
      agentWith([idle, fakeSkill('count', { gives: done })]),
      taskOf('code_review'),
    );
    expect(outcome.success).toBe(true);
    expect(outcome.artifacts?.map(({ status }) => status)).toEqual(['not-applicable', 'done']);
  });

  it('says that writing something new needs a model, and does the groundwork', async () => {
    const agent = agentWith([fakeSkill('count', { taskTypes: ['feature'], gives: done })], {
      taskTypes: ['feature'],
      needsModelFor: ['feature'],
    });
    const { outcome } = await handle(agent, taskOf('feature'));
    expect(outcome).toMatchObject({ success: false, stopReason: 'unavailable', retryable: false });
    expect(outcome.errorMessage).toMatch(/needs a model/);
    expect(outcome.artifacts).toHaveLength(1);
  });

  it('marks the result when a model was wanted and there was none', async () => {
    const { outcome } = await handle(
      agentWith([fakeSkill('count', { gives: done })], { enableAutogen: true }),
      taskOf('code_review'),
    );
    expect(outcome).toMatchObject({ success: true, metadata: { modelFallback: true } });
  });

  it('is unavailable without a workspace, and says how to give one', async () => {
    const agent = agentWith([fakeSkill('count', { gives: done })]);
    const { context } = await createTestContext({ agent });
    const outcome = await agent.handleTask(taskOf('code_review'), context);
    expect(outcome).toMatchObject({ success: false, stopReason: 'unavailable' });
    expect(outcome.errorMessage).toMatch(/new Orchestrator\(\{ workspace/);
  });

  it('stops between skills when it is cancelled', async () => {
    const controller = new AbortController();
    const reason = new Error('Stop.');
    const agent = agentWith([
      fakeSkill('first', {
        run: async () => {
          controller.abort(reason);
          return done;
        },
      }),
      fakeSkill('second', { gives: done }),
    ]);
    const { context } = await createTestContext({
      agent,
      workspace: await folderOf({ 'a.txt': 'x' }),
      signal: controller.signal,
    });
    await expect(agent.handleTask(taskOf('code_review'), context)).rejects.toBe(reason);
  });

  it('loads skills when they are first needed, once', async () => {
    let loads = 0;
    const agent = agentWith([], {
      skills: async () => {
        loads++;
        return [fakeSkill('count', { gives: done })];
      },
    });
    expect(loads).toBe(0);
    await Promise.all([handle(agent, taskOf('code_review')), handle(agent, taskOf('code_review'))]);
    expect(loads).toBe(1);
  });
});

describe('a profile', () => {
  const profile = {
    name: 'A',
    description: 'B',
    capabilities: ['coding'],
    taskTypes: ['development'],
  } as const;

  it.each([
    ['nothing', undefined, /`profile`/],
    ['no name', { ...profile, name: '' }, /`name` to be a non-empty string, got "" \(string\)/],
    [
      'an unknown capability',
      { ...profile, capabilities: ['flying'] },
      /`capabilities\[0\]` to be one of planning, .* got "flying"/,
    ],
    ['task types that are no list', { ...profile, taskTypes: 'development' }, /`taskTypes` to be an array/],
    [
      'skills that are no list',
      { ...profile, skills: 'all' },
      /`skills` to be an array of skills or a function/,
    ],
    ['a model that is none', { ...profile, model: {} }, /`model` to be a model client/],
    ['a flag that is none', { ...profile, enableAutogen: 'yes' }, /`enableAutogen` to be true or false/],
  ])('is refused with %s', (_what, bad, message) => {
    expect(() => new BaseAgent(bad as never)).toThrow(message);
  });

  it('is refused with options that are none', () => {
    expect(() => new PMAgent('fast' as never)).toThrow(/`options` to be an object such as/);
  });

  it('takes the caller’s options before its own', () => {
    const agent = new SecurityAgent({ name: 'Guard', systemMessage: 'Be careful.' });
    expect([agent.name, agent.systemMessage]).toEqual(['Guard', 'Be careful.']);
  });
});

describe('the nine agents', () => {
  it('have names, capabilities and task types that cover the whole contract', () => {
    const agents = allAgents();
    expect(agents.map(({ name }) => name)).toEqual([
      'PMAgent',
      'ArchitectAgent',
      'DevAgent',
      'QAAgent',
      'SecurityAgent',
      'DocsAgent',
      'ResearchAgent',
      'DevOpsAgent',
      'DataAgent',
    ]);
    expect(new Set(agents.flatMap(({ capabilities }) => capabilities))).toEqual(
      new Set(Object.values(AgentCapability)),
    );
    expect(new Set(agents.flatMap(({ taskTypes }) => taskTypes))).toEqual(new Set(Object.values(TaskType)));
  });

  it.each(allAgents().map((agent) => [agent.name, agent] as const))(
    '%s has at least two skills, each for a task that it takes',
    async (_name, agent) => {
      const skills = await agent.skills();
      expect(skills.length).toBeGreaterThanOrEqual(
        agent.name === 'DevAgent' || agent.name === 'DocsAgent' ? 1 : 2,
      );
      for (const skill of skills) {
        expect(
          skill.taskTypes.some((type) => agent.taskTypes.includes(type)),
          `${skill.name} of ${agent.name}`,
        ).toBe(true);
        expect(skill.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(skill.description.length).toBeGreaterThan(20);
      }
    },
  );
});
