import { afterEach, describe, expect, it } from 'vitest';
import { Workflow } from '../../src/workflow/workflow.ts';
import type { WorkflowStepInit } from '../../src/workflow/workflow-step.ts';
import { closeEngines, engineWith, Hand, outputs, sorted, task } from './support.ts';

afterEach(closeEngines);

const of = (...steps: WorkflowStepInit[]): Workflow => new Workflow({ name: 'W', steps });

describe('a failed step', () => {
  it('fails the workflow by default: nothing more starts', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(task('bad'), task('after', { dependencies: ['bad'] }), task('far', { dependencies: ['after'] })),
    );
    expect(result).toMatchObject({
      success: false,
      status: 'failed',
      errorMessage: 'Step bad failed: bad went wrong',
      outputs: {},
    });
    expect(hand.done).toEqual(['bad']);
    expect(result.stepResults['after']).toMatchObject({ status: 'cancelled' });
    expect(result.stepResults['far']).toMatchObject({ status: 'cancelled' });
  });

  it('lets steps at work finish', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const hand = new Hand(async ({ title }) => {
      if (title === 'bad') {
        setImmediate(resolve);
        return { success: false, errorMessage: 'no' };
      }
      await promise;
      return { success: true, output: title };
    });
    const result = await engineWith([hand]).execute(of(task('slow'), task('bad')));
    expect(result.success).toBe(false);
    expect(result.outputs).toEqual({ slow: 'slow' });
  });

  it('with continue lets dependents run, and the workflow succeed', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(
        task('bad', { onFailure: 'continue' }),
        task('good'),
        task('after', {
          dependencies: ['bad', 'good'],
          config: { description: '${steps.bad.errorMessage}' },
        }),
      ),
    );
    expect(result.success).toBe(true);
    expect(sorted(hand.done)).toEqual(['after', 'bad', 'good']);
    expect(result.stepResults['bad']).toMatchObject({ status: 'failed', errorMessage: 'bad went wrong' });
  });

  it('with skip-dependents skips what hangs on it, near and far, and goes on with the rest', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(
        task('bad', { onFailure: 'skip-dependents' }),
        task('near', { dependencies: ['bad'] }),
        task('far', { dependencies: ['near', 'free'] }),
        task('free'),
      ),
    );
    expect(result.success).toBe(true);
    expect(sorted(hand.done)).toEqual(['bad', 'free']);
    for (const step of ['near', 'far'])
      expect(result.stepResults[step]).toMatchObject({ status: 'skipped', stopReason: 'dependency-failed' });
  });

  it('with a step that makes good runs it before the workflow fails', async () => {
    const hand = new Hand(({ title, description }) =>
      title === 'bad' ? { success: false, errorMessage: 'no' } : { success: true, output: description },
    );
    const result = await engineWith([hand]).execute(
      of(
        task('first'),
        task('bad', { dependencies: ['first'], onFailure: { step: 'undo' } }),
        task('after', { dependencies: ['bad'] }),
        task('undo', { config: { description: 'After ${steps.bad.errorMessage}, undo ${outputs.first}' } }),
      ),
    );
    expect(hand.done).toEqual(['first', 'bad', 'undo']);
    expect(result).toMatchObject({
      success: false,
      errorMessage: 'Step bad failed: no',
      outputs: { undo: 'After no, undo Do it.' },
    });
  });

  it('needs nothing made good when it did not fail', async () => {
    const hand = new Hand(outputs());
    const result = await engineWith([hand]).execute(
      of(task('fine', { onFailure: { step: 'undo' } }), task('undo')),
    );
    expect(hand.done).toEqual(['fine']);
    expect(result.success).toBe(true);
    expect(result.stepResults['undo']).toMatchObject({
      status: 'skipped',
      errorMessage: 'Nothing had to be made good.',
    });
  });

  it('makes good in the reverse order, each once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const hand = new Hand(async ({ title }) => {
      if (title === 'bad one') resolve();
      if (title === 'bad two') await promise.then(() => new Promise((done) => setTimeout(done, 5)));
      return outputs()({ title } as never, undefined as never);
    });
    await engineWith([hand]).execute(
      of(
        task('bad one', { onFailure: { step: 'undo one' } }),
        task('bad two', { onFailure: { step: 'undo two' } }),
        task('undo one'),
        task('undo two'),
      ),
    );
    expect(hand.done.slice(2)).toEqual(['undo two', 'undo one']);
  });

  it('is one that threw as well, and is not tried again without need', async () => {
    let calls = 0;
    const hand = new Hand(() => {
      calls += 1;
      throw new Error('agent broke');
    });
    const result = await engineWith([hand]).execute(of(task('a')));
    expect(result.errorMessage).toMatch(/agent broke/);
    expect(calls).toBe(1);
  });

  it('with a text that can not be filled in fails before any agent works', async () => {
    const hand = new Hand();
    const result = await engineWith([hand]).execute(
      of(task('a', { config: { description: '${outputs.nothing.at.all}' } })),
    );
    expect(result.stepResults['a']).toMatchObject({ status: 'failed', error: { code: 'condition-failed' } });
    expect(hand.done).toEqual([]);
  });
});
