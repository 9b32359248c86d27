import { describe, expect, it } from 'vitest';
import { seededIds } from '../../src/testing/seeded.ts';
import { Workflow } from '../../src/workflow/workflow.ts';
import { WorkflowStep, type WorkflowStepInit } from '../../src/workflow/workflow-step.ts';
import { WorkflowStatus, WorkflowStepType } from '../../src/workflow/workflow-types.ts';
import { task } from './support.ts';

const of = (...steps: WorkflowStepInit[]): Workflow => new Workflow({ name: 'W', steps });

describe('Workflow', () => {
  it('finds steps by id and by name, in the order of being added', () => {
    const workflow = new Workflow({ name: 'W' }, { ids: seededIds() });
    const plan = workflow.addStep({
      name: 'plan',
      stepType: 'task',
      config: { title: 'Plan', description: 'Plan it.' },
    });
    const build = workflow.addStep(
      new WorkflowStep({ name: 'build', stepType: 'wait', config: { seconds: 1 }, dependencies: [plan.id] }),
    );
    expect(workflow.getStep(plan.id)).toBe(plan);
    expect(workflow.getStepByName('build')).toBe(build);
    expect(workflow.getStepByName('nothing')).toBeUndefined();
    expect(workflow.steps).toEqual([plan, build]);
    expect(plan.id).toBe('step-0001');
  });

  it('tells which steps are ready', () => {
    const workflow = of(
      task('a'),
      task('b', { dependencies: ['a'] }),
      task('c', { dependencies: ['a', 'b'] }),
    );
    const names = (...ended: string[]): string[] =>
      workflow.getReadySteps(new Set(ended)).map(({ name }) => name);
    expect([names(), names('a'), names('a', 'b'), names('a', 'b', 'c')]).toEqual([['a'], ['b'], ['c'], []]);
  });

  it('comes back the same from JSON', () => {
    const workflow = of(
      task('a', { maxRetries: 2, timeoutSeconds: 5 }),
      task('b', { dependencies: ['a'], onFailure: { step: 'undo' }, condition: 'true' }),
      task('undo'),
    );
    const json = JSON.parse(JSON.stringify(workflow)) as unknown;
    expect(json).toMatchObject({ schemaVersion: 1, name: 'W' });
    expect(Workflow.fromJSON(json).toJSON()).toEqual(workflow.toJSON());
  });

  it('refuses JSON of another schema version', () => {
    expect(() => Workflow.fromJSON({ ...of(task('a')).toJSON(), schemaVersion: 2 })).toThrow(
      expect.objectContaining({ code: 'schema-mismatch' }),
    );
  });

  it('refuses a name or an id twice', () => {
    expect(() => of(task('a'), task('a'))).toThrow(expect.objectContaining({ code: 'already-exists' }));
    expect(() => of(task('a'), task('b', { id: 'a' }))).toThrow(
      expect.objectContaining({ code: 'already-exists' }),
    );
  });

  it('names a dependency that is no step', () => {
    expect(() => of(task('a', { dependencies: ['ghost'] })).validate()).toThrow(
      expect.objectContaining({ code: 'unknown-dependency', details: { step: 'a', dependency: 'ghost' } }),
    );
  });

  it('names the path of a circle', () => {
    const workflow = of(
      task('a', { dependencies: ['c'] }),
      task('b', { dependencies: ['a'] }),
      task('c', { dependencies: ['b'] }),
    );
    try {
      workflow.validate();
      expect.unreachable();
    } catch (error) {
      const { code, details } = error as { code: string; details: { path: string[] } };
      expect(code).toBe('dependency-cycle');
      expect(details.path[0]).toBe(details.path.at(-1));
      expect(new Set(details.path)).toEqual(new Set(['a', 'b', 'c']));
    }
  });

  it('refuses to be empty', () => {
    expect(() => of().validate()).toThrow(/at least one step/);
  });

  it('checks the steps within steps too', () => {
    const inner = [task('x', { dependencies: ['ghost'] })];
    for (const step of [
      { name: 'group', stepType: 'parallel', config: { steps: inner } },
      { name: 'again', stepType: 'loop', config: { steps: inner, times: 2 } },
      {
        name: 'sub',
        stepType: 'subworkflow',
        config: { workflow: new Workflow({ name: 'Inner', steps: inner }).toJSON() },
      },
    ] as const) {
      expect(() => of(step).validate()).toThrow(expect.objectContaining({ code: 'unknown-dependency' }));
    }
  });

  it('wants the branches of a condition to be steps that wait for it', () => {
    const decide = {
      id: 'decide',
      name: 'decide',
      stepType: 'condition',
      // biome-ignore lint/suspicious/noThenProperty: the name of a branch
      config: { expression: 'true', then: ['yes'] },
    } as const;
    expect(() => of(decide, task('yes')).validate()).toThrow(/names of steps that depend on it/);
    expect(() => of(decide, task('yes', { dependencies: ['decide'] })).validate()).not.toThrow();
  });

  it('wants what makes good to stand alone', () => {
    for (const [target, more] of [
      ['ghost', []],
      ['a', []],
      ['late', [task('late', { dependencies: ['a'] })]],
      ['early', [task('early'), task('next', { dependencies: ['early'] })]],
    ] as const) {
      expect(() => of(task('a', { onFailure: { step: target } }), ...more).validate()).toThrow(
        /waits for nothing/,
      );
    }
  });
});

describe('WorkflowStep', () => {
  it('fills in what is not said', () => {
    expect(new WorkflowStep(task('a')).toJSON()).toEqual({
      id: 'a',
      name: 'a',
      stepType: 'task',
      config: { title: 'a', description: 'Do it.' },
      dependencies: [],
      timeoutSeconds: null,
      maxRetries: 0,
      onFailure: 'fail',
      condition: null,
    });
  });

  it.each([
    ['a missing name', { stepType: 'task', config: { title: 't', description: 'd' } }, /step\.name/],
    ['an unknown type', { ...task('a'), stepType: 'dance' }, /stepType/],
    ['a task without a title', { ...task('a'), config: { description: 'd' } }, /title/],
    ['a task of no type', task('a', { config: { taskType: 'singing' } }), /taskType/],
    ['a negative time limit', task('a', { timeoutSeconds: -1 }), /timeoutSeconds/],
    ['half a retry', task('a', { maxRetries: 0.5 }), /maxRetries/],
    ['an unknown failure policy', task('a', { onFailure: 'panic' as 'fail' }), /onFailure/],
    ['an empty failure step', task('a', { onFailure: { step: '' } }), /onFailure\.step/],
    ['a group of nothing', { name: 'g', stepType: 'parallel', config: { steps: [] } }, /steps/],
    ['a condition without an expression', { name: 'c', stepType: 'condition' }, /expression/],
    ['a wait without seconds', { name: 'w', stepType: 'wait' }, /seconds/],
    [
      'a conversation of nobody',
      { name: 'c', stepType: 'conversation', config: { topic: 't', participants: [] } },
      /participants/,
    ],
    ['a loop without an end', { name: 'l', stepType: 'loop', config: { steps: [task('x')] } }, /exactly one/],
    [
      'a loop with two ends',
      { name: 'l', stepType: 'loop', config: { steps: [task('x')], times: 2, while: 'true' } },
      /exactly one/,
    ],
    ['an action of nobody', { name: 'a', stepType: 'agent_action', config: { message: 'm' } }, /agent/],
    ['a subworkflow without one', { name: 's', stepType: 'subworkflow' }, /workflow/],
  ])('refuses %s, by name', (_what, init, message) => {
    expect(() => new WorkflowStep(init as WorkflowStepInit)).toThrow(message);
    expect(() => new WorkflowStep(init as WorkflowStepInit)).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('says which types it can carry out when it is given another one', () => {
    const init = { name: 'ask', stepType: 'dance' } as unknown as WorkflowStepInit;
    expect(() => new WorkflowStep(init)).toThrow(
      /one of task, agent_action, conversation, condition, parallel, loop, wait, approval, subworkflow/,
    );
  });

  it('can not be changed afterwards', () => {
    const step = new WorkflowStep(task('a'));
    expect(() => Object.assign(step, { name: 'b' })).toThrow(TypeError);
  });

  it('knows the wire values of step types and statuses', () => {
    expect(Object.values(WorkflowStepType)).toEqual([
      'task',
      'agent_action',
      'conversation',
      'condition',
      'parallel',
      'loop',
      'wait',
      'approval',
      'subworkflow',
    ]);
    expect(Object.values(WorkflowStatus)).toEqual([
      'pending',
      'running',
      'paused',
      'completed',
      'failed',
      'cancelled',
    ]);
  });
});
