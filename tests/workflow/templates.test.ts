import { afterEach, describe, expect, it } from 'vitest';
import { TaskType } from '../../src/contracts/task.ts';
import { Workflow } from '../../src/workflow/workflow.ts';
import { WorkflowTemplates } from '../../src/workflow/workflow-templates.ts';
import { closeEngines, engineWith, Hand, outputs, sorted } from './support.ts';

afterEach(closeEngines);

const INPUTS = { feature: 'log-in', bug: 'it crashes', topic: 'the diff', version: '1.2.0' };

describe('WorkflowTemplates', () => {
  it.each(Object.keys(WorkflowTemplates) as (keyof typeof WorkflowTemplates)[])(
    '%s is valid, goes through JSON and runs to its end',
    async (name) => {
      const workflow = WorkflowTemplates[name]();
      workflow.validate();
      expect(Workflow.fromJSON(JSON.parse(JSON.stringify(workflow))).toJSON()).toEqual(workflow.toJSON());
      const hands = ['DevAgent', 'QAAgent', 'ArchitectAgent'].map((agent) => new Hand(outputs(), agent));
      const result = await engineWith(hands).execute(workflow, INPUTS);
      expect(result.errorMessage).toBeNull();
      expect(Object.values(result.stepResults).map(({ status }) => status)).toEqual(
        workflow.steps.map(() => 'completed'),
      );
    },
  );

  it('makes a new workflow each time', () => {
    const first = WorkflowTemplates.bugFix();
    first.addStep({ name: 'more', stepType: 'wait', config: { seconds: 1 } });
    expect(WorkflowTemplates.bugFix().getStepByName('more')).toBeUndefined();
    expect(WorkflowTemplates.bugFix().id).not.toBe(first.id);
  });

  it('develops a feature from plan to documentation, testing and reviewing at once', async () => {
    const hand = new Hand(({ title, description }) => ({ success: true, output: `${title}|${description}` }));
    await engineWith([hand]).execute(WorkflowTemplates.featureDevelopment(), INPUTS);
    expect(hand.done.slice(0, 3)).toEqual(['Plan the feature', 'Design the feature', 'Build the feature']);
    expect(sorted(hand.done.slice(3, 5))).toEqual(['Review the feature for security', 'Test the feature']);
    expect(hand.done.at(-1)).toBe('Document the feature');
  });

  it('fixes a bug in three steps', async () => {
    const hand = new Hand(outputs());
    await engineWith([hand]).execute(WorkflowTemplates.bugFix(), INPUTS);
    expect(hand.done).toEqual(['Find the cause', 'Fix the bug', 'Test the fix']);
  });

  it('reviews a repository with nine tasks: eight kinds of review, then the plan over what they found', async () => {
    const seen: string[] = [];
    const hand = new Hand(({ title, taskType }, { inputs }) => {
      if (taskType === 'planning') seen.push(...Object.values(inputs).map(({ output }) => String(output)));
      return { success: true, output: title };
    });
    const workflow = WorkflowTemplates.repositoryReview();
    const types = workflow.steps.map(({ config }) => config['taskType'] as string);
    expect(new Set(types)).toEqual(
      new Set(
        Object.values(TaskType).filter((type) => !['development', 'bug_fix', 'feature'].includes(type)),
      ),
    );
    expect(types).toHaveLength(9);
    await engineWith([hand]).execute(workflow);
    expect(hand.done).toHaveLength(9);
    expect(seen).toHaveLength(8);
  });

  it('plans a review also when some of the reviewers fail', async () => {
    const hand = new Hand(({ taskType }) =>
      taskType === 'data' || taskType === 'devops'
        ? { success: false, errorMessage: 'nothing to see' }
        : { success: true, output: taskType },
    );
    const result = await engineWith([hand]).execute(WorkflowTemplates.repositoryReview());
    expect(result.success).toBe(true);
    expect(result.outputs['plan']).toBe('planning');
    expect(Object.values(result.stepResults).filter(({ status }) => status === 'failed')).toHaveLength(2);
  });

  it('plans no release when a check fails', async () => {
    const hand = new Hand(({ taskType }) =>
      taskType === 'security_review'
        ? { success: false, errorMessage: 'a secret' }
        : { success: true, output: taskType },
    );
    const result = await engineWith([hand]).execute(WorkflowTemplates.release(), INPUTS);
    expect(result).toMatchObject({ success: false, errorMessage: expect.stringMatching(/a secret/) });
    expect(hand.done).not.toContain('Plan the release');
  });
});
