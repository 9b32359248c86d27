import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITY_RANK, TaskPriority } from '../../src/contracts/task.ts';
import { Task } from '../../src/tasks/task.ts';
import type { TaskInit } from '../../src/tasks/task-fields.ts';
import { TaskQueue } from '../../src/tasks/task-queue.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const START = Date.UTC(2026, 0, 1);

function makeTask(id: string, init: Partial<TaskInit> = {}, clock = new ManualClock()): Task {
  return new Task({ id, title: `Task ${id}`, description: '', ...init }, { clock });
}

function claimAll(queue: TaskQueue): readonly string[] {
  const ids: string[] = [];
  for (let task = queue.getNextTask(); task !== undefined; task = queue.getNextTask()) ids.push(task.id);
  return ids;
}

const coded = (code: string, details: object = {}) =>
  expect.objectContaining({ code, details: expect.objectContaining(details) });

describe('the order of a queue', () => {
  it('is by priority, then age, then order of being added', () => {
    const queue = new TaskQueue();
    const later = new Date(START + 5);
    queue.addTasks([
      makeTask('low', { priority: 'low' }),
      makeTask('medium-late', { createdAt: later }),
      makeTask('medium-first'),
      makeTask('medium-second'),
      makeTask('critical-late', { priority: 'critical', createdAt: later }),
      makeTask('high', { priority: 'high' }),
    ]);
    expect(claimAll(queue)).toEqual([
      'critical-late',
      'high',
      'medium-first',
      'medium-second',
      'medium-late',
      'low',
    ]);
  });

  it('is undefined when nothing is there or ready', () => {
    const queue = new TaskQueue();
    expect(queue.getNextTask()).toBeUndefined();
    queue.addTasks([makeTask('a'), makeTask('b', { dependencies: ['a'] })]);
    queue.getNextTask();
    expect(queue.getNextTask()).toBeUndefined();
  });

  it('claims what it gives: the task is in progress and is not given again', () => {
    const queue = new TaskQueue();
    queue.addTask(makeTask('a'));
    const task = queue.getNextTask();
    expect([task?.id, task?.status]).toEqual(['a', 'in_progress']);
    expect(queue.getNextTask()).toBeUndefined();
  });

  it('holds an urgent task back until its dependencies are completed', () => {
    const queue = new TaskQueue();
    queue.addTask(makeTask('a', { priority: 'low' }));
    queue.addTask(makeTask('b', { priority: 'critical', dependencies: ['a'] }));
    expect(claimAll(queue)).toEqual(['a']);
    queue.markCompleted('a', { success: true, output: 'done' });
    expect(queue.getTask('a')?.result?.output).toBe('done');
    expect(claimAll(queue)).toEqual(['b']);
  });

  it('lets an old task overtake when ageing is on: one priority for each span', () => {
    const at = (seconds: number): Date => new Date(START + seconds * 1000);
    const tasks = (): Task[] => [
      makeTask('high', { priority: 'high', createdAt: at(25) }),
      makeTask('old-low', { priority: 'low', createdAt: at(0) }),
      makeTask('young-low', { priority: 'low', createdAt: at(10) }),
    ];
    const plain = new TaskQueue();
    plain.addTasks(tasks());
    expect(claimAll(plain)).toEqual(['high', 'old-low', 'young-low']);
    const ageing = new TaskQueue({ agingSeconds: 10 });
    ageing.addTasks(tasks());
    expect(claimAll(ageing)).toEqual(['old-low', 'high', 'young-low']);
    expect(() => new TaskQueue({ agingSeconds: 0 })).toThrow(/agingSeconds/);
  });

  it('follows tasks that are moved without it', () => {
    const queue = new TaskQueue();
    const [a, b, c] = ['a', 'b', 'c'].map((id) => makeTask(id)) as [Task, Task, Task];
    queue.addTasks([a, b, c, makeTask('d', { dependencies: ['b'] })]);
    a.start();
    b.start();
    b.complete();
    c.updateStatus('queued');
    expect(queue.getTasksByStatus('in_progress')).toEqual([a]);
    expect(claimAll(queue)).toEqual(['d']);
    c.updateStatus('pending');
    a.updateStatus('pending');
    expect(claimAll(queue)).toEqual(['a', 'c']);
  });
});

describe('adding', () => {
  it('refuses an id twice and what is no task', () => {
    const queue = new TaskQueue();
    queue.addTask(makeTask('a'));
    expect(() => queue.addTask(makeTask('a'))).toThrow(coded('already-exists', { taskId: 'a' }));
    expect(() => queue.addTasks([makeTask('b'), makeTask('b')])).toThrow(
      coded('already-exists', { taskId: 'b' }),
    );
    expect(() => queue.addTask({ id: 'c' } as never)).toThrow(/task.*a Task, got an object with keys id/);
    expect(queue.size).toBe(1);
  });

  it('of one task refuses a dependency that is not there, and names it', () => {
    const queue = new TaskQueue();
    expect(() => queue.addTask(makeTask('a', { dependencies: ['ghost'] }))).toThrow(
      coded('unknown-dependency', { taskId: 'a', dependency: 'ghost' }),
    );
    expect(queue.size).toBe(0);
  });

  it('of a batch takes any order', () => {
    const queue = new TaskQueue();
    queue.addTasks([
      makeTask('c', { dependencies: ['b'] }),
      makeTask('b', { dependencies: ['a'] }),
      makeTask('a'),
    ]);
    const order: string[] = [];
    for (let task = queue.getNextTask(); task !== undefined; task = queue.getNextTask()) {
      order.push(task.id);
      queue.markCompleted(task.id);
    }
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('of a batch with a circle names its path and adds nothing', () => {
    const queue = new TaskQueue();
    const batch = [
      makeTask('free'),
      makeTask('a', { dependencies: ['c'] }),
      makeTask('b', { dependencies: ['a'] }),
      makeTask('c', { dependencies: ['b'] }),
    ];
    expect(() => queue.addTasks(batch)).toThrow(/a → c → b → a/);
    expect(() => queue.addTasks(batch)).toThrow(coded('dependency-cycle', { path: ['a', 'c', 'b', 'a'] }));
    expect(() => queue.addTasks([makeTask('x', { dependencies: ['ghost'] })])).toThrow(
      coded('unknown-dependency'),
    );
    expect(queue.size).toBe(0);
  });

  it('of a task whose dependency has failed cancels it at once', () => {
    const queue = new TaskQueue();
    queue.addTask(makeTask('a'));
    queue.getTask('a')?.fail('broken');
    queue.addTask(makeTask('b', { dependencies: ['a'] }));
    expect(queue.getTask('b')?.result).toMatchObject({
      stopReason: 'dependency-failed',
      errorMessage: 'It depends on task "a", which is failed.',
    });
  });

  it('takes tasks from JSON where they stand', () => {
    const done = makeTask('done');
    done.complete();
    const failed = makeTask('failed');
    failed.fail('x');
    const retrying = makeTask('retrying');
    retrying.recordFailure('x');
    const restored = [done, failed, retrying].map((task) => Task.fromJSON(JSON.parse(JSON.stringify(task))));
    const clock = new ManualClock(START + 1000);
    const queue = new TaskQueue({ clock });
    queue.addTasks([
      makeTask('after-failed', { dependencies: ['failed'] }),
      makeTask('after-done', { dependencies: ['done'] }),
      ...restored,
    ]);
    expect(queue.getTask('after-failed')?.status).toBe('cancelled');
    expect(claimAll(queue)).toEqual(['after-done']);
    expect(queue.processRetries()).toEqual(['retrying']);
  });
});

describe('failing', () => {
  it('is legal from pending; the retry comes when its wait is over', async () => {
    const clock = new ManualClock();
    const queue = new TaskQueue({ clock });
    queue.addTask(makeTask('a', { retryConfig: { baseDelaySeconds: 2 } }, clock));
    expect(queue.markFailed('a', 'Connection timeout')).toBe(true);
    expect(queue.getRetryingTasks().map(({ id }) => id)).toEqual(['a']);
    expect(queue.getNextTask()).toBeUndefined();
    expect(queue.nextRetryAt).toBe(START + 2000);
    await clock.advance(1999);
    expect(queue.getTasksReadyForRetry()).toEqual([]);
    expect(queue.processRetries()).toEqual([]);
    await clock.advance(1);
    expect(queue.getTasksReadyForRetry().map(({ id }) => id)).toEqual(['a']);
    expect(queue.processRetries()).toEqual(['a']);
    expect([queue.processRetries(), queue.nextRetryAt]).toEqual([[], undefined]);
    expect(queue.getNextTask()?.id).toBe('a');
  });

  it('gives retries the longest due first', async () => {
    const clock = new ManualClock();
    const queue = new TaskQueue({ clock });
    for (const [id, baseDelaySeconds] of [
      ['slow', 3],
      ['fast', 1],
      ['middle', 2],
    ] as const) {
      queue.addTask(makeTask(id, { retryConfig: { baseDelaySeconds } }, clock));
      queue.markFailed(id, 'x');
    }
    queue.getTask('middle')?.cancel();
    await clock.advance(5000);
    expect(queue.getTasksReadyForRetry().map(({ id }) => id)).toEqual(['fast', 'slow']);
    expect(queue.processRetries()).toEqual(['fast', 'slow']);
  });

  it('for good cancels all that depend on it and leaves the rest', () => {
    const queue = new TaskQueue();
    queue.addTasks([
      makeTask('a', { retryConfig: { strategy: 'none' } }),
      makeTask('b', { dependencies: ['a'] }),
      makeTask('c', { dependencies: ['b', 'other'] }),
      makeTask('other'),
    ]);
    expect(queue.markFailed('a', new Error('broken'))).toBe(false);
    expect(queue.getFailedTasks().map(({ id }) => id)).toEqual(['a']);
    for (const id of ['b', 'c']) {
      expect(queue.getTask(id)).toMatchObject({
        status: 'cancelled',
        result: { success: false, stopReason: 'dependency-failed' },
      });
    }
    expect(claimAll(queue)).toEqual(['other']);
  });

  it('that will be retried cancels nobody', () => {
    const queue = new TaskQueue();
    queue.addTasks([makeTask('a'), makeTask('b', { dependencies: ['a'] })]);
    queue.markFailed('a', 'x');
    expect(queue.getTask('b')?.status).toBe('pending');
  });

  it('cancels a chain of 20,000 without running out of stack', () => {
    const queue = new TaskQueue();
    queue.addTasks(
      Array.from({ length: 20_000 }, (_, index) =>
        makeTask(`t${index}`, index === 0 ? {} : { dependencies: [`t${index - 1}`] }),
      ),
    );
    expect(queue.cancel('t0')).toBe(true);
    expect(queue.getTasksByStatus('cancelled')).toHaveLength(20_000);
  });
});

describe('asking', () => {
  it('for an unknown task is undefined; acting on one is an error that names it', () => {
    const queue = new TaskQueue();
    expect(queue.getTask('ghost')).toBeUndefined();
    for (const act of [
      () => queue.markCompleted('ghost'),
      () => queue.markFailed('ghost'),
      () => queue.cancel('ghost'),
    ]) {
      expect(act).toThrow(coded('not-found', { taskId: 'ghost' }));
    }
    expect(() => queue.getTasksByStatus('done' as never)).toThrow(/status.*one of pending/);
  });

  it('to complete a task twice is refused, to cancel an ended one changes nothing', () => {
    const queue = new TaskQueue();
    queue.addTask(makeTask('a'));
    queue.markCompleted('a');
    expect(() => queue.markCompleted('a')).toThrow(coded('illegal-transition'));
    expect(queue.cancel('a')).toBe(false);
    expect(queue.getTask('a')?.status).toBe('completed');
  });

  it('to cancel keeps the reason', () => {
    const queue = new TaskQueue();
    queue.addTasks([makeTask('a'), makeTask('b', { dependencies: ['a'] })]);
    expect(queue.cancel('a', 'No longer wanted.')).toBe(true);
    expect(queue.getTask('a')?.result).toMatchObject({
      stopReason: 'cancelled',
      errorMessage: 'No longer wanted.',
    });
    expect(queue.getTask('b')?.result?.stopReason).toBe('dependency-failed');
    expect(queue.getNextTask()).toBeUndefined();
  });

  it('lists tasks in the order in which they were added', () => {
    const queue = new TaskQueue();
    queue.addTasks(['a', 'b', 'c', 'd'].map((id) => makeTask(id)));
    queue.markCompleted('c');
    queue.markCompleted('a');
    expect(queue.getTasksByStatus('completed').map(({ id }) => id)).toEqual(['a', 'c']);
    expect(queue.getTasksByStatus('pending').map(({ id }) => id)).toEqual(['b', 'd']);
    expect(queue.getAllTasks().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a queue and a list that is searched anew each time', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        priority: fc.constantFrom(...Object.values(TaskPriority)),
        age: fc.nat(40),
        needs: fc.array(fc.nat(1000), { maxLength: 2 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('complete' as const, 'fail' as const, 'cancel' as const, 'release' as const),
        which: fc.nat(1000),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.nat(3) }) },
  );

  /** The task that the definition asks for, found by looking at all of them. */
  function expectedNext(tasks: readonly Task[], agingSeconds: number | undefined): string | undefined {
    const statusOf = new Map(tasks.map((task) => [task.id, task.status]));
    const ready = tasks.filter(
      (task) =>
        task.status === 'pending' && task.dependencies.every((id) => statusOf.get(id) === 'completed'),
    );
    const now = START + 1_000_000;
    const priority = (task: Task): number =>
      PRIORITY_RANK[task.priority] * (agingSeconds ?? 1) +
      (agingSeconds === undefined ? 0 : (now - task.createdAt.getTime()) / 1000);
    const age = (task: Task): number => (agingSeconds === undefined ? task.createdAt.getTime() : 0);
    return ready.toSorted((a, b) => priority(b) - priority(a) || age(a) - age(b))[0]?.id;
  }

  it.each([undefined, 10])(
    'give the same tasks and statuses, for any use (ageing %s)',
    async (agingSeconds) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
          const clock = new ManualClock();
          const queue = new TaskQueue({ clock, ...(agingSeconds === undefined ? {} : { agingSeconds }) });
          const tasks: Task[] = [];
          for (const each of steps) {
            if (each.do === 'add') {
              const dependencies =
                tasks.length === 0 ? [] : each.needs.map((index) => (tasks[index % tasks.length] as Task).id);
              const createdAt = new Date(START + each.age * 1000);
              const task = makeTask(
                `t${tasks.length}`,
                { priority: each.priority, createdAt, dependencies, retryConfig: { maxRetries: 1 } },
                clock,
              );
              queue.addTask(task);
              tasks.push(task);
            } else if (each.do === 'next') {
              const expected = expectedNext(tasks, agingSeconds);
              expect(queue.getNextTask()?.id).toBe(expected);
            } else if (each.do === 'wait') {
              await clock.advance(each.seconds * 1000);
              const due = tasks.filter(
                ({ status, retryState }) =>
                  status === 'retrying' && Date.parse(retryState.nextRetryAt as string) <= clock.now(),
              );
              expect(new Set(queue.getTasksReadyForRetry())).toEqual(new Set(due));
              expect(new Set(queue.processRetries())).toEqual(new Set(due.map(({ id }) => id)));
            } else {
              const task = tasks[each.which % Math.max(1, tasks.length)];
              if (task === undefined || task.isTerminal()) continue;
              if (each.do === 'complete' && task.status === 'in_progress') queue.markCompleted(task.id);
              if (each.do === 'release' && task.status === 'in_progress') task.updateStatus('pending');
              if (each.do === 'fail' && task.status !== 'retrying') queue.markFailed(task.id, 'broken');
              if (each.do === 'cancel') queue.cancel(task.id);
            }
            const bad = new Set(
              tasks.filter(({ status }) => status === 'failed' || status === 'cancelled').map(({ id }) => id),
            );
            for (const task of tasks) {
              expect(queue.getTasksByStatus(task.status)).toContain(task);
              if (task.dependencies.some((id) => bad.has(id))) expect(task.status).toBe('cancelled');
            }
          }
        }),
        { numRuns: 150 },
      );
    },
  );
});
