import { afterEach, describe, expect, it } from 'vitest';
import { Workflow } from '../../src/workflow/workflow.ts';
import type { WorkflowStepInit } from '../../src/workflow/workflow-step.ts';
import { closeEngines, engineWith, Hand, outputs, sorted, stillEngine, task } from './support.ts';

afterEach(closeEngines);

const of = (...steps: WorkflowStepInit[]): Workflow => new Workflow({ name: 'W', steps });

describe('task steps', () => {
  it('run in the order of their dependencies, each output at hand for the next', async () => {
    const hand = new Hand(outputs({ plan: { parts: 2 } }));
    const result = await engineWith([hand]).execute(
      of(
        task('build', {
          dependencies: ['plan'],
          config: { description: 'Build ${outputs.plan.parts} parts of ${inputs.what}' },
        }),
        task('plan'),
      ),
      { what: 'it' },
    );
    expect(hand.done).toEqual(['plan', 'build']);
    expect(result).toMatchObject({
      success: true,
      status: 'completed',
      outputs: { plan: { parts: 2 }, build: 'build' },
      errorMessage: null,
    });
    expect(result.stepResults['build']).toMatchObject({
      name: 'build',
      stepType: 'task',
      status: 'completed',
      stopReason: 'completed',
    });
    expect(result.stepResults['build']?.runId).toContain(result.workflowId);
  });

  it('hand agents the results of the steps before, filled-in texts and mapped inputs', async () => {
    const seen: unknown[] = [];
    const hand = new Hand(({ title, description, metadata }, context) => {
      seen.push({
        title,
        description,
        inputs: metadata['inputs'],
        before: Object.values(context.inputs).map(({ output }) => output),
      });
      return { success: true, output: title };
    });
    await engineWith([hand]).execute(
      of(
        task('plan'),
        task('build', {
          dependencies: ['plan'],
          config: { description: 'After ${outputs.plan}', inputs: { twice: 'inputs.n * 2.0' } },
        }),
      ),
      { n: 21 },
    );
    expect(seen).toEqual([
      { title: 'plan', description: 'Do it.', inputs: {}, before: [] },
      { title: 'build', description: 'After plan', inputs: { twice: 42 }, before: ['plan'] },
    ]);
  });

  it('go to the agent that is named', async () => {
    const [one, two] = [new Hand(outputs(), 'One'), new Hand(outputs(), 'Two')];
    await engineWith([one, two]).execute(of(task('a', { config: { agent: 'Two' } })));
    expect([one.done, two.done]).toEqual([[], ['a']]);
  });

  it('that depend on nothing run at once, as many as the engine allows', async () => {
    const hand = new Hand(async ({ title }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { success: true, output: title };
    });
    const steps = Array.from({ length: 7 }, (_, index) => task(`t${index}`));
    await engineWith([hand], { concurrency: 3 }).execute(of(...steps));
    expect(hand.most).toBe(3);
    expect(hand.done).toHaveLength(7);
  });

  it('that are more urgent come first among those that wait', async () => {
    const hand = new Hand(async ({ title }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { success: true, output: title };
    });
    const steps = [
      task('first'),
      task('low', { config: { priority: 'low' } }),
      task('high', { config: { priority: 'high' } }),
    ];
    await engineWith([hand], { concurrency: 1 }).execute(of(...steps));
    expect(hand.done).toEqual(['first', 'high', 'low']);
  });

  it('are tried again as often as told', async () => {
    let calls = 0;
    const hand = new Hand(() => {
      calls += 1;
      return calls < 3 ? { success: false, errorMessage: 'not yet' } : { success: true, output: calls };
    });
    const { engine, clock } = stillEngine([hand]);
    const working = engine.execute(of(task('a', { maxRetries: 2 })));
    await clock.advance(10_000);
    expect(await working).toMatchObject({ success: true, outputs: { a: 3 } });
  });

  it('end with timed-out when they take too long', async () => {
    const hand = new Hand(
      (_task, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    const { engine, clock } = stillEngine([hand]);
    const working = engine.execute(of(task('slow', { timeoutSeconds: 2 })));
    await clock.advance(2500);
    const result = await working;
    expect(result.success).toBe(false);
    expect(result.stepResults['slow']).toMatchObject({ status: 'failed', stopReason: 'timed-out' });
  });

  it('fail when there is no agent for them', async () => {
    const result = await engineWith([]).execute(of(task('a')));
    expect(result).toMatchObject({ success: false, status: 'failed' });
    expect(result.stepResults['a']).toMatchObject({ stopReason: 'no-agent', error: { code: 'no-agent' } });
  });
});

describe('conditions', () => {
  const decide = (expression: string): WorkflowStepInit => ({
    id: 'decide',
    name: 'decide',
    stepType: 'condition',
    // biome-ignore lint/suspicious/noThenProperty: the name of a branch
    config: { expression, then: ['yes'], else: ['no'] },
  });
  const branches = (expression: string): Workflow =>
    of(
      decide(expression),
      task('yes', { dependencies: ['decide'] }),
      task('no', { dependencies: ['decide'] }),
      task('after no', { id: 'after', dependencies: ['no'] }),
      task('join', { dependencies: ['yes', 'no'] }),
    );

  it('take one branch and skip the other with all that hangs on it alone', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(branches('inputs.n > 1.0'), { n: 2 });
    expect(sorted(hand.done)).toEqual(['join', 'yes']);
    expect(result.success).toBe(true);
    expect(result.stepResults['no']).toMatchObject({ status: 'skipped', stopReason: 'condition-false' });
    expect(result.stepResults['after']).toMatchObject({ status: 'skipped' });
    expect(result.outputs).toEqual({ decide: true, yes: 'yes', join: 'join' });
  });

  it('take the other branch when it is false', async () => {
    const hand = new Hand(outputs());
    await engineWith([hand]).execute(branches('inputs.n > 1.0'), { n: 0 });
    expect(sorted(hand.done)).toEqual(['after no', 'join', 'no']);
  });

  it('fail the step when they are no yes or no', async () => {
    const result = await engineWith([new Hand()]).execute(branches('inputs.n'), { n: 1 });
    expect(result.success).toBe(false);
    expect(result.stepResults['decide']).toMatchObject({
      status: 'failed',
      error: { code: 'condition-failed' },
    });
  });

  it('on a step of any kind skip it when false', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(
        task('a'),
        task('b', { dependencies: ['a'], condition: 'outputs.a == "other"' }),
        task('c', { dependencies: ['a'], condition: 'steps.a.status == "completed"' }),
      ),
    );
    expect(hand.done).toEqual(['a', 'c']);
    expect(result.stepResults['b']).toMatchObject({ status: 'skipped', stopReason: 'condition-false' });
    expect(result.success).toBe(true);
  });
});

describe('groups', () => {
  it('run their steps at once and give their outputs by name', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(
        task('first'),
        {
          id: 'group',
          name: 'group',
          stepType: 'parallel',
          dependencies: ['first'],
          config: {
            steps: [
              task('x'),
              task('y', { config: { description: '${outputs.first} ${inputs.n}' } }),
              task('z', { dependencies: ['x'] }),
            ],
          },
        },
        task('last', { dependencies: ['group'], config: { description: '${outputs.group.x}' } }),
      ),
      { n: 1 },
    );
    expect(result.outputs['group']).toEqual({ x: 'x', y: 'y', z: 'z' });
    expect(hand.done[0]).toBe('first');
    expect(hand.done.at(-1)).toBe('last');
  });

  it('hand the results of their steps to what comes after', async () => {
    const seen: unknown[] = [];
    const hand = new Hand(({ title }, { inputs }) => {
      if (title === 'last') seen.push(...Object.values(inputs).map(({ output }) => output));
      return { success: true, output: title };
    });
    await engineWith([hand]).execute(
      of(
        {
          id: 'group',
          name: 'group',
          stepType: 'parallel',
          config: { steps: [task('x', { id: 'gx' }), { ...task('y'), id: undefined as unknown as string }] },
        },
        task('last', { dependencies: ['group'] }),
      ),
    );
    expect(seen).toEqual(['x', 'y']);
  });

  it('keep to their own limit', async () => {
    const hand = new Hand(async ({ title }) => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      return { success: true, output: title };
    });
    const steps = Array.from({ length: 6 }, (_, index) => task(`t${index}`));
    await engineWith([hand], { concurrency: 10 }).execute(
      of({ name: 'group', stepType: 'parallel', config: { steps, concurrency: 2 } }),
    );
    expect([hand.most, hand.done.length]).toEqual([2, 6]);
  });

  it('fail when a step of theirs fails, and say which', async () => {
    const result = await engineWith([new Hand(outputs())]).execute(
      of({
        id: 'group',
        name: 'group',
        stepType: 'parallel',
        config: { steps: [task('good'), task('bad')] },
      }),
    );
    expect(result.success).toBe(false);
    expect(result.errorMessage).toMatch(/group failed: Step bad failed/);
    expect(result.stepResults['group']?.output).toEqual({ good: 'good' });
  });

  it('are tried again as a whole', async () => {
    let calls = 0;
    const hand = new Hand(() => {
      calls += 1;
      return calls === 1 ? { success: false, errorMessage: 'not yet' } : { success: true, output: calls };
    });
    const { engine, clock } = stillEngine([hand]);
    const working = engine.execute(
      of({ id: 'group', name: 'group', stepType: 'parallel', maxRetries: 1, config: { steps: [task('x')] } }),
    );
    await clock.advance(5000);
    expect(await working).toMatchObject({ success: true, outputs: { group: { x: 2 } } });
  });
});

describe('loops', () => {
  const loop = (config: object, more: Partial<WorkflowStepInit> = {}): WorkflowStepInit => ({
    id: 'loop',
    name: 'loop',
    stepType: 'loop',
    ...more,
    config: {
      steps: [task('round', { config: { description: '${inputs.index} ${inputs.item} ${inputs.last}' } })],
      ...config,
    },
  });
  const describer = (): Hand => new Hand(({ description }) => ({ success: true, output: description }));

  it('go round as often as told, each round seeing what the one before gave', async () => {
    const result = await engineWith([describer()]).execute(of(loop({ times: 3 })));
    expect(result.outputs['loop']).toEqual([
      { round: '0 null null' },
      { round: '1 null {"round":"0 null null"}' },
      { round: expect.stringMatching(/^2 null/) },
    ]);
  });

  it('go through a list', async () => {
    const result = await engineWith([describer()]).execute(of(loop({ forEach: 'inputs.files' })), {
      files: ['a.ts', 'b.ts'],
    });
    expect((result.outputs['loop'] as { round: string }[]).map(({ round }) => round.split(' ')[1])).toEqual([
      'a.ts',
      'b.ts',
    ]);
  });

  it('go on while a condition holds', async () => {
    const result = await engineWith([describer()]).execute(
      of(loop({ while: 'inputs.index < inputs.most' })),
      { most: 2 },
    );
    expect(result.outputs['loop']).toHaveLength(2);
  });

  it('do nothing for an empty list', async () => {
    const result = await engineWith([new Hand()]).execute(of(loop({ forEach: 'inputs.files' })), {
      files: [],
    });
    expect(result).toMatchObject({ success: true, outputs: { loop: [] } });
  });

  it('stop with limit-reached when they would go on too long', async () => {
    const hand = describer();
    const result = await engineWith([hand]).execute(
      of(loop({ while: 'true', maxRounds: 4 }, { maxRetries: 3 })),
    );
    expect(result.stepResults['loop']).toMatchObject({ status: 'failed', stopReason: 'limit-reached' });
    expect(hand.done).toHaveLength(4);
  });

  it('fail with the round that failed', async () => {
    const hand = new Hand(({ metadata, description }) =>
      description.startsWith('1')
        ? { success: false, errorMessage: 'no' }
        : { success: true, output: metadata },
    );
    const result = await engineWith([hand]).execute(of(loop({ times: 3 })));
    expect(result.errorMessage).toMatch(/Round 2/);
    expect(hand.done).toHaveLength(2);
  });

  it('keep to their time limit over all rounds', async () => {
    const { engine, clock } = stillEngine([new Hand()]);
    const steps = [{ name: 'pause', stepType: 'wait', config: { seconds: 1 } }];
    const working = engine.execute(
      of({ id: 'loop', name: 'loop', stepType: 'loop', timeoutSeconds: 3.5, config: { steps, times: 10 } }),
    );
    await clock.advance(20_000);
    const result = await working;
    expect(result.stepResults['loop']).toMatchObject({
      status: 'failed',
      stopReason: 'timed-out',
      executionTimeMs: 3500,
    });
  });
});

describe('other steps', () => {
  it('wait as long as told', async () => {
    const hand = new Hand(outputs());
    const { engine, clock } = stillEngine([hand]);
    const working = engine.execute(
      of(
        { id: 'wait', name: 'wait', stepType: 'wait', config: { seconds: 60 } },
        task('after', { dependencies: ['wait'] }),
      ),
    );
    await clock.advance(59_000);
    expect(hand.done).toEqual([]);
    await clock.advance(2000);
    expect(await working).toMatchObject({
      success: true,
      outputs: { wait: { seconds: 60 } },
      executionTimeMs: 60_000,
    });
  });

  it('run a workflow within, with the inputs it is given and no more', async () => {
    const hand = new Hand(({ description }) => ({ success: true, output: description }));
    const inner = new Workflow({
      name: 'Inner',
      steps: [task('greet', { config: { description: 'Hello ${inputs.name}, ${has(outputs.secret)}' } })],
    });
    const result = await engineWith([hand]).execute(
      of(task('secret'), {
        id: 'sub',
        name: 'sub',
        stepType: 'subworkflow',
        dependencies: ['secret'],
        config: { workflow: inner.toJSON(), inputs: { name: 'inputs.who' } },
      }),
      { who: 'Ann' },
    );
    expect(result.outputs['sub']).toEqual({ greet: 'Hello Ann, false' });
  });

  it('ask one agent one thing', async () => {
    const hand = new Hand();
    const result = await engineWith([hand]).execute(
      of({
        id: 'ask',
        name: 'ask',
        stepType: 'agent_action',
        config: { agent: 'Hand', message: 'How is ${inputs.what}?' },
      }),
      { what: 'it' },
    );
    expect(hand.messages.map(({ content, sender, recipient }) => [content, sender, recipient])).toEqual([
      ['How is it?', 'workflow', 'Hand'],
    ]);
    expect(result.outputs['ask']).toMatchObject({ agentName: 'Hand', content: 'Hand heard: How is it?' });
  });

  it('fail when the agent could not answer, or is not there', async () => {
    const ask = (agent: string): Workflow =>
      of({ id: 'ask', name: 'ask', stepType: 'agent_action', config: { agent, message: 'fail' } });
    const engine = engineWith([new Hand()]);
    expect((await engine.execute(ask('Hand'))).stepResults['ask']).toMatchObject({
      status: 'failed',
      errorMessage: 'Hand could not do it.',
    });
    expect((await engine.execute(ask('Nobody'))).stepResults['ask']).toMatchObject({
      status: 'failed',
      error: { code: 'not-found' },
    });
  });

  it('hold a conversation and give it as output', async () => {
    const [one, two] = [new Hand(outputs(), 'One'), new Hand(outputs(), 'Two')];
    const result = await engineWith([one, two]).execute(
      of({
        id: 'talk',
        name: 'talk',
        stepType: 'conversation',
        config: { topic: 'About ${inputs.what}', participants: ['Two', 'One'], maxRounds: 2 },
      }),
      { what: 'tests' },
    );
    expect(result.success).toBe(true);
    const { turns, topic } = result.outputs['talk'] as { topic: string; turns: { agent: string }[] };
    expect(topic).toBe('About tests');
    expect(turns.slice(0, 2).map(({ agent }) => agent)).toEqual(['Two', 'One']);
  });
});
