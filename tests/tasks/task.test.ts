import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TaskPriority, type TaskStatus, TaskType } from '../../src/contracts/task.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { Task } from '../../src/tasks/task.ts';
import { TASK_STATUSES, TASK_TRANSITIONS } from '../../src/tasks/task-transitions.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { seededIds } from '../../src/testing/seeded.ts';

function makeTask(init: object = {}, clock = new ManualClock()): Task {
  return new Task({ title: 'A title', description: 'A description', ...init }, { clock, ids: seededIds() });
}

describe('a new task', () => {
  it('needs a title and a description only', () => {
    const task = makeTask();
    expect(task.toJSON()).toEqual({
      schemaVersion: 1,
      id: 'task-0001',
      title: 'A title',
      description: 'A description',
      taskType: 'development',
      priority: 'medium',
      status: 'pending',
      parentTaskId: null,
      subtasks: [],
      assignedAgent: null,
      dependencies: [],
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      startedAt: null,
      completedAt: null,
      result: null,
      metadata: {},
      correctionCount: 0,
      maxCorrections: 3,
      retryConfig: {
        strategy: 'exponential',
        maxRetries: 3,
        baseDelaySeconds: 1,
        maxDelaySeconds: 60,
        retryOnErrors: [],
        jitter: 0,
      },
      retryState: { attempt: 0, lastError: null, nextRetryAt: null },
      tenant: 'default',
    });
  });

  it('gets an id of its own from the default source', () => {
    const init = { title: 'A', description: '' };
    expect(new Task(init).id).not.toBe(new Task(init).id);
  });

  it.each([
    [{ title: ' ' }, /task\.title.*non-empty string/],
    [{ title: 5 }, /task\.title.*`5` \(number\)/],
    [{ description: undefined }, /task\.description.*a string, got undefined/],
    [{ taskType: 'cooking' }, /task\.taskType.*one of planning, development.*cooking/],
    [{ priority: 'urgent' }, /task\.priority.*low, medium, high, critical/],
    [{ id: '' }, /task\.id/],
    [{ parentTaskId: 3 }, /task\.parentTaskId/],
    [{ dependencies: 'a' }, /task\.dependencies.*array of strings/],
    [{ dependencies: ['a', ''] }, /task\.dependencies\[1\]/],
    [{ id: 'me', dependencies: ['me'] }, /task\.dependencies.*other than its own "me"/],
    [{ subtasks: [1] }, /task\.subtasks\[0\]/],
    [{ createdAt: 'yesterday' }, /task\.createdAt.*ISO 8601/],
    [{ createdAt: new Date(Number.NaN) }, /task\.createdAt/],
    [{ metadata: [] }, /task\.metadata.*plain object/],
    [{ maxCorrections: -1 }, /task\.maxCorrections/],
    [{ retryConfig: { maxRetries: 'many' } }, /task\.retryConfig\.maxRetries/],
    [{ tenant: '' }, /task\.tenant/],
    [{ task_type: 'testing' }, /unknown member "task_type"/],
    [{ status: 'completed' }, /unknown member "status"/],
  ])('refuses %j and says what was expected', (init, message) => {
    expect(() => makeTask(init)).toThrow(message);
    expect(() => makeTask(init)).toThrow(TypeError);
  });

  it('refuses metadata that JSON cannot hold', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => makeTask({ metadata: { size: 5n } })).toThrow(/task\.metadata.*JSON can hold/);
    expect(() => makeTask({ metadata: circle })).toThrow(/task\.metadata.*JSON can hold/);
  });

  it("doesn't see later changes of what it was made from", () => {
    const metadata = { deep: { value: 1 } };
    const dependencies = ['a', 'a'];
    const task = makeTask({ metadata, dependencies });
    metadata.deep.value = 2;
    dependencies.push('b');
    expect(task.metadata).toEqual({ deep: { value: 1 } });
    expect(task.dependencies).toEqual(['a']);
  });
});

describe('the life of a task', () => {
  it('notes when it started first and when it ended', async () => {
    const clock = new ManualClock();
    const task = makeTask({}, clock);
    await clock.advance(10);
    task.start('DevAgent');
    await clock.advance(10);
    task.requestCorrection();
    task.start();
    await clock.advance(10);
    task.complete({ success: true, output: { answer: 42 } });
    expect(task.startedAt?.getTime()).toBe(task.createdAt.getTime() + 10);
    expect(task.completedAt?.getTime()).toBe(task.createdAt.getTime() + 30);
    expect(task.updatedAt).toEqual(task.completedAt);
    expect(task.assignedAgent).toBe('DevAgent');
    expect(task.result).toMatchObject({
      success: true,
      output: { answer: 42 },
      stopReason: 'completed',
      retryable: false,
    });
    expect(task.isTerminal()).toBe(true);
  });

  it('allows exactly the moves of the table, and says which ones when refusing', () => {
    for (const from of TASK_STATUSES) {
      for (const to of TASK_STATUSES) {
        const task = Task.fromJSON({ ...makeTask().toJSON(), status: from });
        if (TASK_TRANSITIONS[from].includes(to)) {
          task.updateStatus(to);
          expect(task.status).toBe(to);
          continue;
        }
        const refused = expect.objectContaining({
          code: 'illegal-transition',
          details: expect.objectContaining({ from, to, allowed: TASK_TRANSITIONS[from] }),
        });
        expect(() => task.updateStatus(to)).toThrow(refused);
        expect(task.status).toBe(from);
      }
    }
  });

  it('never leaves completed, failed or cancelled, whatever is asked', () => {
    const actions: Record<string, (task: Task) => void> = {
      start: (task) => task.start(),
      complete: (task) => task.complete(),
      fail: (task) => task.fail('broken'),
      cancel: (task) => task.cancel(),
      recordFailure: (task) => task.recordFailure('broken'),
      resetForRetry: (task) => task.resetForRetry(),
      requestCorrection: (task) => task.requestCorrection(),
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(actions)), { maxLength: 30 }), (names) => {
        const task = makeTask();
        const moves: [TaskStatus, TaskStatus][] = [];
        task.watch((_, from, to) => moves.push([from, to]));
        for (const name of names) {
          const before = task.status;
          try {
            actions[name]?.(task);
            expect(TASK_TRANSITIONS[before]).toContain(task.status);
          } catch (error) {
            if (!OrchestratorError.isInstance(error)) throw error;
            expect(['illegal-transition', 'limit-reached']).toContain(error.code);
            expect(task.status).toBe(before);
          }
        }
        expect(task.isTerminal()).toBe(task.completedAt !== null);
        for (const [from, to] of moves) expect(TASK_TRANSITIONS[from]).toContain(to);
        expect(moves.at(-1)?.[1] ?? 'pending').toBe(task.status);
      }),
    );
  });

  it('goes through its retries, waits longer each time, and then fails', async () => {
    const clock = new ManualClock();
    const task = makeTask({ retryConfig: { maxRetries: 2, baseDelaySeconds: 2 } }, clock);
    const waits: unknown[] = [];
    while (task.recordFailure(new Error(`broken ${task.retryState.attempt}`))) {
      expect(task.status).toBe('retrying');
      waits.push(Date.parse(task.retryState.nextRetryAt as string) - clock.now());
      task.resetForRetry();
      expect(task.retryState.nextRetryAt).toBeNull();
      task.start();
    }
    expect(waits).toEqual([2000, 4000]);
    expect(task.status).toBe('failed');
    expect(task.retryState).toEqual({ attempt: 2, lastError: 'broken 2', nextRetryAt: null });
    expect(task.result).toMatchObject({
      success: false,
      errorMessage: 'broken 2',
      stopReason: 'retries-exhausted',
    });
  });

  it('fails at once for an error that its policy does not retry', () => {
    const task = makeTask({ retryConfig: { retryOnErrors: ['timeout'] } });
    expect([task.canRetry('wrong password'), task.canRetry('TIMEOUT')]).toEqual([false, true]);
    expect(task.recordFailure('wrong password')).toBe(false);
    expect(task.result).toMatchObject({ stopReason: 'failed', errorMessage: 'wrong password' });
  });

  it('keeps the typed error of a failure', () => {
    const task = makeTask();
    task.fail(new OrchestratorError('tool-missing', 'git is not installed', { details: { tool: 'git' } }));
    expect(task.result?.error).toMatchObject({ code: 'tool-missing', details: { tool: 'git' } });
  });

  it('refuses a result that contradicts the end', () => {
    const task = makeTask();
    expect(() => task.complete({ success: false })).toThrow(/outcome\.success.*true/);
    expect(() => task.fail({ success: true })).toThrow(/outcome\.success.*false/);
    expect(() => task.complete({ success: true, stopReason: 'timed-out' })).toThrow(/outcome\.stopReason/);
    expect(task.status).toBe('pending');
  });

  it('counts corrections up to its limit', () => {
    const task = makeTask({ maxCorrections: 2 });
    for (let round = 0; round < 2; round += 1) {
      task.start();
      task.requestCorrection();
    }
    expect([task.correctionCount, task.needsMoreCorrections()]).toEqual([2, false]);
    task.start();
    expect(() => task.requestCorrection()).toThrow(expect.objectContaining({ code: 'limit-reached' }));
  });

  it('says whether its dependencies are met', () => {
    const task = makeTask({ dependencies: ['a', 'b'] });
    expect(
      [new Set<string>(), new Set(['a']), new Set(['a', 'b', 'c'])].map((ids) => task.canStart(ids)),
    ).toEqual([false, false, true]);
  });

  it('tells watchers until they stop', () => {
    const task = makeTask();
    const heard: string[] = [];
    const undo = task.watch((_, from, to) => heard.push(`${from}>${to}`));
    task.start();
    undo();
    task.complete();
    expect(heard).toEqual(['pending>in_progress']);
  });

  it('takes new metadata and another agent', () => {
    const task = makeTask({ metadata: { a: 1, b: 1 } });
    task.updateMetadata({ b: 2 });
    task.assignTo('QAAgent');
    expect([task.metadata, task.assignedAgent]).toEqual([{ a: 1, b: 2 }, 'QAAgent']);
    task.assignTo(null);
    expect(task.assignedAgent).toBeNull();
  });
});

describe('subtasks', () => {
  it('know their parent, and the parent knows them once', () => {
    const [parent, child] = [makeTask({ id: 'parent' }), makeTask({ id: 'child' })];
    parent.addSubtask(child);
    parent.addSubtask(child);
    expect([parent.subtasks, child.parentTaskId]).toEqual([['child'], 'parent']);
  });

  it('have one parent, of their own tenant, and are not their own ancestors', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => makeTask({ id })) as [Task, Task, Task];
    a.addSubtask(b);
    b.addSubtask(c);
    expect(() => c.addSubtask(a)).toThrow(expect.objectContaining({ code: 'dependency-cycle' }));
    expect(() => a.addSubtask(a)).toThrow(expect.objectContaining({ code: 'dependency-cycle' }));
    expect(() => a.addSubtask(c)).toThrow(expect.objectContaining({ code: 'already-exists' }));
    expect(() => a.addSubtask(makeTask({ tenant: 'other' }))).toThrow(
      expect.objectContaining({ code: 'tenant-mismatch' }),
    );
    expect(() => a.addSubtask({ id: 'x' } as never)).toThrow(/subtask.*a Task/);
    expect(a.subtasks).toEqual(['b']);
  });
});

describe('a task in JSON', () => {
  it('comes back as it was, for any task', () => {
    const text = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '');
    const init = fc.record(
      {
        title: text,
        description: fc.string(),
        taskType: fc.constantFrom(...Object.values(TaskType)),
        priority: fc.constantFrom(...Object.values(TaskPriority)),
        dependencies: fc.array(text),
        subtasks: fc.array(text),
        metadata: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<never>,
        tenant: text,
        createdAt: fc.date({ noInvalidDate: true }),
        maxCorrections: fc.nat(),
        retryConfig: fc.record({ maxRetries: fc.nat(), jitter: fc.double({ min: 0, max: 1, noNaN: true }) }),
      },
      { requiredKeys: ['title', 'description'] },
    );
    fc.assert(
      fc.property(init, fc.constantFrom('start', 'fail', 'complete', 'retry', 'none'), (fields, end) => {
        const task = new Task(fields, { clock: new ManualClock() });
        if (end === 'start') task.start('DevAgent');
        if (end === 'fail') task.fail(new TypeError('broken', { cause: new Error('deeper') }));
        if (end === 'complete') task.complete({ success: true, output: ['x'] });
        if (end === 'retry') task.recordFailure('later');
        const text = JSON.stringify(task);
        expect(JSON.stringify(Task.fromJSON(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  it('of a newer version is refused with both versions named', () => {
    const json = { ...makeTask().toJSON(), schemaVersion: 2 };
    expect(() => Task.fromJSON(json)).toThrow(
      /written by a newer version.*its schema is 2, the newest known here is 1/,
    );
    expect(() => Task.fromJSON(json)).toThrow(expect.objectContaining({ code: 'schema-mismatch' }));
    expect(() => Task.fromJSON({ ...json, schemaVersion: undefined })).toThrow(
      expect.objectContaining({ code: 'schema-mismatch' }),
    );
  });

  it.each([
    [{ status: 'done' }, /task\.status.*one of pending/],
    [{ id: null }, /task\.id/],
    [{ updatedAt: 5 }, /task\.updatedAt/],
    [{ correctionCount: -1 }, /task\.correctionCount/],
    [{ retryState: { attempt: 'x', lastError: null, nextRetryAt: null } }, /task\.retryState\.attempt/],
    [{ retryState: { attempt: 1, lastError: 5, nextRetryAt: null } }, /task\.retryState\.lastError/],
    [{ result: { success: 'yes' } }, /task\.result\.success/],
    [{ priority: 'urgent' }, /task\.priority/],
  ])('with %j is refused and the member named', (change, message) => {
    expect(() => Task.fromJSON({ ...makeTask().toJSON(), ...change })).toThrow(message);
  });

  it('is refused when it is no object', () => {
    expect(() => Task.fromJSON('task')).toThrow(/task.*plain object/);
  });

  it('of the same task is adopted, and watchers hear of the move', () => {
    const task = makeTask();
    const elsewhere = Task.fromJSON(task.toJSON());
    elsewhere.start();
    elsewhere.updateMetadata({ seen: true });
    elsewhere.complete({ success: true, output: 1 });
    const heard: string[] = [];
    task.watch((_, from, to) => heard.push(`${from}>${to}`));
    task.adopt(elsewhere.toJSON());
    expect(task.toJSON()).toEqual(elsewhere.toJSON());
    expect(heard).toEqual(['pending>completed']);
    expect(() => task.adopt(makeTask({ id: 'other' }).toJSON())).toThrow(/json\.id/);
  });
});
