import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { OrchestratorEventBody } from '../../src/contracts/events.ts';
import { systemClock } from '../../src/shared/time.ts';
import { Workflow } from '../../src/workflow/workflow.ts';
import { createWorkflowFunction } from '../../src/workflow/workflow-function.ts';
import { WorkflowRuns } from '../../src/workflow/workflow-runs.ts';
import { RUN_NAMES } from '../../src/workflow/workflow-services.ts';
import type { WorkflowStepInit } from '../../src/workflow/workflow-step.ts';
import { closeEngines, engineWith, Hand, outputs, task, type Work } from './support.ts';

afterEach(closeEngines);

const of = (...steps: WorkflowStepInit[]): Workflow => new Workflow({ name: 'W', steps });

/** Work on "hold" waits until it is let go or aborted. */
function holder(): { hand: Hand; letGo: () => void; began: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const work: Work = async ({ title }, { signal }) => {
    if (title !== 'hold') return { success: true, output: title };
    begun.resolve();
    await Promise.race([
      promise,
      new Promise((_done, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    ]);
    return { success: true, output: title };
  };
  return { hand: new Hand(work), letGo: resolve, began: begun.promise };
}

describe('WorkflowEngine', () => {
  it('refuses a workflow that is not valid, and what is none', async () => {
    const engine = engineWith([new Hand()]);
    await expect(engine.execute(of(task('a', { dependencies: ['ghost'] })))).rejects.toMatchObject({
      code: 'unknown-dependency',
    });
    await expect(engine.execute({} as Workflow)).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(engine.execute(of(task('a')), 5 as never)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('runs one workflow as often as asked, also at once', async () => {
    const hand = new Hand(({ description }) => ({ success: true, output: description }));
    const engine = engineWith([hand]);
    const workflow = of(task('a', { config: { description: '${inputs.n}' } }));
    const results = await Promise.all([1, 2, 3].map((n) => engine.execute(workflow, { n })));
    expect(results.map((result) => result.outputs['a'])).toEqual(['1', '2', '3']);
    expect(new Set(results.map(({ workflowId }) => workflowId)).size).toBe(3);
  });

  it('tells how workflows stand', async () => {
    const { hand, letGo, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(of(task('hold')));
    await began;
    expect(await engine.getWorkflowStatus(id)).toBe('running');
    expect(await engine.getWorkflowResult(id)).toBeUndefined();
    expect(await engine.getRunningWorkflows()).toEqual([id]);
    letGo();
    await expect.poll(() => engine.getWorkflowStatus(id)).toBe('completed');
    expect(await engine.getWorkflowResult(id)).toMatchObject({ success: true, workflowId: id });
    expect(await engine.getRunningWorkflows()).toEqual([]);
    await expect(engine.getWorkflowStatus('nobody')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('counts groups within a workflow as part of it', async () => {
    const { hand, letGo, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(
      of({ name: 'group', stepType: 'parallel', config: { steps: [task('hold')] } }),
    );
    await began;
    expect(await engine.getRunningWorkflows()).toEqual([id]);
    letGo();
  });

  it('cancels a workflow with its tasks', async () => {
    const { hand, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(
      of({ name: 'group', stepType: 'parallel', config: { steps: [task('hold')] } }, task('after')),
    );
    await began;
    await engine.cancelWorkflow(id, 'not needed');
    expect(await engine.getWorkflowStatus(id)).toBe('cancelled');
    expect(await engine.getWorkflowResult(id)).toMatchObject({
      success: false,
      status: 'cancelled',
      errorMessage: expect.stringMatching(/not needed/),
    });
  });

  it('cancels when the signal aborts, and says so in the result', async () => {
    const { hand, began } = holder();
    const controller = new AbortController();
    const working = engineWith([hand]).execute(of(task('hold')), {}, { signal: controller.signal });
    await began;
    controller.abort(new Error('enough'));
    expect(await working).toMatchObject({
      success: false,
      status: 'cancelled',
      errorMessage: expect.stringMatching(/enough/),
    });
  });

  it('holds a paused workflow before its next step, and goes on when resumed', async () => {
    const { hand, letGo, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(of(task('hold'), task('next', { dependencies: ['hold'] })));
    await began;
    await engine.pauseWorkflow(id);
    await engine.pauseWorkflow(id);
    expect(await engine.getWorkflowStatus(id)).toBe('paused');
    letGo();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(hand.done).toEqual(['hold']);
    await engine.resumeWorkflow(id);
    await expect.poll(() => engine.getWorkflowStatus(id)).toBe('completed');
    expect(hand.done).toEqual(['hold', 'next']);
    await expect(engine.pauseWorkflow(id)).rejects.toMatchObject({ code: 'illegal-transition' });
    await expect(engine.resumeWorkflow(id)).rejects.toMatchObject({ code: 'illegal-transition' });
  });

  it('keeps a pause where other processes see it, and lets go of it at the end', async () => {
    const backend = new MemoryBackend();
    const { hand, began } = holder();
    const engine = engineWith([hand], { backend });
    const id = await engine.submit(of(task('hold')));
    await began;
    await engine.pauseWorkflow(id);
    const elsewhere = new WorkflowRuns(backend, 'default');
    expect(await elsewhere.status(id)).toBe('paused');
    await elsewhere.resume(id);
    await expect(engine.resumeWorkflow(id)).rejects.toMatchObject({ code: 'illegal-transition' });
    expect(await engine.getWorkflowStatus(id)).toBe('running');
    await engine.pauseWorkflow(id);
    await engine.cancelWorkflow(id);
    await engine.getWorkflowResult(id);
    expect(await backend.store.state('default').list()).toEqual([]);
  });

  it('goes on when it is resumed before the pause took hold, and can be paused again', async () => {
    const { hand, letGo, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(
      of(task('hold'), task('next', { dependencies: ['hold'] }), task('last', { dependencies: ['next'] })),
    );
    await began;
    await engine.pauseWorkflow(id);
    await engine.resumeWorkflow(id);
    await engine.pauseWorkflow(id);
    letGo();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await engine.resumeWorkflow(id);
    await expect.poll(() => engine.getWorkflowStatus(id)).toBe('completed');
    expect(hand.done).toEqual(['hold', 'next', 'last']);
  });

  it('can be cancelled while it is paused, with steps at work, leaving no rejection behind', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listen);
    const { hand } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(
      of(
        task('hold'),
        { id: 'w', name: 'w', stepType: 'wait', config: { seconds: 0 } },
        task('next', { dependencies: ['w'] }),
      ),
    );
    await engine.pauseWorkflow(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await engine.cancelWorkflow(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
    expect(await engine.getWorkflowStatus(id)).toBe('cancelled');
  });

  it('works over a backend it is given, for a tenant of its own', async () => {
    const backend = new MemoryBackend();
    const engine = engineWith([new Hand(outputs())], { backend, tenant: 'south' });
    const { workflowId } = await engine.execute(of(task('a')));
    expect(await backend.store.get(workflowId, 'south')).toMatchObject({
      status: 'completed',
      name: 'workflow',
    });
    expect(await backend.store.get(workflowId, 'default')).toBeUndefined();
  });

  it('leaves nothing that keeps the process alive once it is closed', async () => {
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const { hand, began } = holder();
    const engine = engineWith([hand]);
    const id = await engine.submit(
      of(task('hold', { timeoutSeconds: 3600 }), { name: 'w', stepType: 'wait', config: { seconds: 3600 } }),
    );
    await began;
    await engine.close();
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before);
    expect(await engine.getWorkflowStatus(id)).toBe('cancelled');
    await expect(engine.execute(of(task('a')))).rejects.toMatchObject({ code: 'stopped' });
  });

  it('runs a chain of three hundred steps', async () => {
    const hand = new Hand(outputs());
    const steps = Array.from({ length: 300 }, (_, index) =>
      task(`s${index}`, { dependencies: index === 0 ? [] : [`s${index - 1}`] }),
    );
    const result = await engineWith([hand]).execute(of(...steps));
    expect(result.success).toBe(true);
    expect(hand.done).toEqual(steps.map(({ name }) => name));
  });
});

describe('createWorkflowFunction', () => {
  it('tells the start and the end of the workflow and of each step', async () => {
    const events: OrchestratorEventBody[] = [];
    const backend = new MemoryBackend();
    backend.register(RUN_NAMES.taskFunction, async () => ({ success: true, output: 1, artifacts: [] }));
    backend.register(
      RUN_NAMES.workflowFunction,
      createWorkflowFunction({
        clock: systemClock,
        names: RUN_NAMES,
        converse: () => Promise.reject(new Error('unused')),
        ask: () => Promise.reject(new Error('unused')),
        approve: () => Promise.reject(new Error('unused')),
        emit: (_runId, body) => events.push(body),
      }),
    );
    await backend.start();
    const workflow = of(task('a'), task('b', { dependencies: ['a'], condition: 'false' }));
    const { id } = await backend.submit(
      RUN_NAMES.workflowFunction,
      JSON.parse(JSON.stringify({ workflow, inputs: {} })),
      { queue: 'w', tenant: 't' },
    );
    expect((await backend.store.result(id, 't')).output).toMatchObject({ success: true, outputs: { a: 1 } });
    await backend.stop();
    const told = events.map(
      (event) =>
        ('step' in event ? `${event.type} ${event.step}` : event.type) +
        ('status' in event ? ` ${event.status}` : ''),
    );
    expect(told).toEqual([
      'workflow-started',
      'workflow-step-started a',
      'task-submitted',
      'workflow-step-finished a completed',
      'workflow-step-started b',
      'workflow-step-finished b skipped',
      'workflow-finished',
    ]);
  });
});
