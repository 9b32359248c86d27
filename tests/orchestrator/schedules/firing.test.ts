import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/backends/memory/index.ts';
import type { TaskJson, TaskOutcome } from '../../../src/contracts/task.ts';
import { OrchestratorError } from '../../../src/shared/errors.ts';
import type { ScheduleTiming } from '../../../src/tasks/schedule-timing.ts';
import { TaskTemplates } from '../../../src/tasks/task-templates.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { Workflow } from '../../../src/workflow/workflow.ts';
import {
  closeOffices,
  DAY,
  HOUR,
  held,
  MINUTE,
  office,
  SECOND,
  START,
  short,
  TASK,
  WallClock,
} from './support.ts';

afterEach(closeOffices);

const every = (everySeconds: number, more: object = {}): ScheduleTiming => ({
  id: 'look',
  everySeconds,
  ...more,
});

describe('a schedule', () => {
  it('fires at the times of its expression, in its time zone', async () => {
    const { orchestrator, clock, begun } = await office();
    await orchestrator.schedule({ id: 'look', cron: '0 9 * * 1-5', timeZone: 'America/New_York' }, TASK);
    await clock.advance(5 * DAY);
    expect(begun).toEqual(['14:00:00', '02 14:00:00', '05 14:00:00']);
  });

  it('fires at even distances that do not drift, however late each firing is noticed', async () => {
    const hands = new ManualClock(START);
    // Every timer comes 300 ms late.
    const clock = {
      now: () => hands.now(),
      after: (ms: number, call: () => void) => hands.after(ms + 300, call),
    };
    const created: string[] = [];
    const work = ({ createdAt }: TaskJson): TaskOutcome => {
      created.push(createdAt);
      return { success: true };
    };
    const { orchestrator } = await office({ clock, hands, work });
    const schedule = await orchestrator.schedule(every(5), TASK);
    await hands.advance(61 * SECOND);
    const { lastFirings, fired } = await schedule.info();
    expect(fired).toBe(12);
    // The input of a run tells nothing of when or where it was handed in.
    expect(created).toEqual(lastFirings.map(({ plannedAt }) => plannedAt));
    expect(lastFirings.map(({ plannedAt }) => Date.parse(plannedAt) - START)).toEqual(
      Array.from({ length: 12 }, (_, index) => (index + 1) * 5 * SECOND),
    );
    expect(lastFirings.map(({ plannedAt, notedAt }) => Date.parse(notedAt) - Date.parse(plannedAt))).toEqual(
      Array.from({ length: 12 }, () => 300),
    );
  });

  it('hands in a run whose id tells schedule and planned time, and tells it', async () => {
    const { orchestrator, clock } = await office();
    const told: unknown[] = [];
    orchestrator.on('*', ({ type, runId, rootRunId }) => told.push([type, runId, rootRunId]));
    await orchestrator.schedule(every(3600), TASK);
    await clock.advance(HOUR);
    const id = 'schedule/look/2026-01-01T01:00:00.000Z';
    expect(await orchestrator.waitFor(id)).toMatchObject({ success: true, output: 'seen' });
    expect(told).toContainEqual(['task-submitted', id, id]);
    expect(told).toContainEqual(['task-completed', id, id]);
    expect(told).toContainEqual(['schedule-fired', 'schedule/look', 'schedule/look']);
    const types: string[] = [];
    for await (const { type } of orchestrator.stream(id)) types.push(type);
    expect(types).toEqual(['task-submitted', 'task-started', 'task-completed']);
  });

  it('makes a task from a template', async () => {
    const { orchestrator, clock } = await office({
      work: ({ description }) => ({ success: true, output: description }),
    });
    const template = TaskTemplates.bugFix();
    const variables = Object.fromEntries(template.requiredVariables.map((name) => [name, `<${name}>`]));
    await orchestrator.schedule(every(60), { template, title: 'Mend', variables, taskType: 'development' });
    await clock.advance(MINUTE);
    const { output } = await orchestrator.waitFor('schedule/look/2026-01-01T00:01:00.000Z');
    expect(output).toBe(template.createTask({ title: 'Mend', variables }).description);
  });

  it('runs a workflow, which is told its planned time', async () => {
    const { orchestrator, clock } = await office({
      work: ({ description }) => ({ success: true, output: description }),
    });
    const workflow = new Workflow({ name: 'report' });
    const description = '${inputs.who} at ${inputs.schedule.plannedAt}';
    const config = { title: 'Report', description, metadata: { schedule: { plannedAt: 'of a step' } } };
    workflow.addStep({ name: 'report', stepType: 'task', config });
    const schedule = await orchestrator.schedule(every(60), { workflow, inputs: { who: 'Ada' } });
    await clock.advance(MINUTE);
    const [note] = (await schedule.info()).lastFirings;
    const { success, outputs } = await orchestrator.waitForWorkflow(note?.runId ?? '');
    expect(success).toBe(true);
    expect(JSON.stringify(outputs)).toContain('Ada at 2026-01-01T00:01:00.000Z');
  });

  it('begins at startAt, ends with endAt, both included, and says that it has ended', async () => {
    const { orchestrator, clock, begun } = await office();
    const startAt = new Date(START + 10 * MINUTE);
    const endAt = new Date(START + 13 * MINUTE).toISOString();
    const schedule = await orchestrator.schedule(every(60, { startAt, endAt }), TASK);
    expect((await schedule.info()).nextAt).toBe('2026-01-01T00:10:00.000Z');
    await clock.advance(HOUR);
    expect(begun).toEqual(['00:10:00', '00:11:00', '00:12:00', '00:13:00']);
    expect(await schedule.info()).toMatchObject({ state: 'ended', nextAt: null, fired: 4 });
  });

  it('with an expression begins at startAt, too', async () => {
    const { orchestrator, clock, begun } = await office();
    await orchestrator.schedule({ id: 'look', cron: '0 * * * *', startAt: new Date(START + 3 * HOUR) }, TASK);
    await clock.advance(5 * HOUR);
    expect(begun).toEqual(['03:00:00', '04:00:00', '05:00:00']);
  });

  it('ends after maxFirings; triggered ones do not count', async () => {
    const { orchestrator, clock, begun } = await office();
    const schedule = await orchestrator.schedule(every(60, { maxFirings: 2 }), TASK);
    await schedule.trigger();
    await clock.advance(HOUR);
    expect(begun).toEqual(['00:00:00', '00:01:00', '00:02:00']);
    expect((await schedule.info()).state).toBe('ended');
    await expect(schedule.pause()).rejects.toMatchObject({ code: 'illegal-transition' });
    await schedule.trigger();
    await clock.advance(0);
    expect(begun.length).toBe(4);
  });

  it('waits months for its time', async () => {
    const { orchestrator, clock, begun } = await office();
    await orchestrator.schedule({ id: 'look', cron: '0 0 1 3 *' }, TASK);
    // Longer than the longest timer of the platform, which is 24.8 days.
    await clock.advance(58 * DAY + 23 * HOUR);
    expect(begun).toEqual([]);
    await clock.advance(HOUR);
    expect(begun).toEqual(['00:00:00']);
  });

  it('comes late by its jitter, by the same amount in every process, and keeps the order', async () => {
    const fireTimes = async (): Promise<readonly number[]> => {
      const { orchestrator, clock } = await office();
      const schedule = await orchestrator.schedule(every(60, { jitterSeconds: 30, overlap: 'allow' }), TASK);
      await clock.advance(11 * MINUTE);
      return (await schedule.info()).lastFirings.map(({ notedAt }) => Date.parse(notedAt) - START);
    };
    const first = await fireTimes();
    expect(await fireTimes()).toEqual(first);
    const late = first.map((time, index) => time - (index + 1) * MINUTE);
    expect(late.every((by) => by >= 0 && by < 30 * SECOND)).toBe(true);
    expect(new Set(late).size).toBe(late.length);
  });

  it('is paused and goes on with the next time; what passed meanwhile is left out', async () => {
    const { orchestrator, clock, begun } = await office();
    const schedule = await orchestrator.schedule(every(60), TASK);
    await clock.advance(MINUTE);
    await schedule.pause();
    expect(await schedule.info()).toMatchObject({ state: 'paused', nextAt: null });
    await clock.advance(10 * MINUTE + 30 * SECOND);
    await schedule.resume();
    expect((await schedule.info()).nextAt).toBe('2026-01-01T00:12:00.000Z');
    await clock.advance(MINUTE);
    expect(begun).toEqual(['00:01:00', '00:12:00']);
    expect((await schedule.info()).missed).toBe(0);
  });

  it('is removed for good; another one may have its name', async () => {
    const { orchestrator, clock, begun } = await office();
    const schedule = await orchestrator.schedule(every(60), TASK);
    await clock.advance(MINUTE);
    expect(await schedule.remove()).toBe(true);
    expect(await schedule.remove()).toBe(false);
    expect(await orchestrator.schedules.list()).toEqual([]);
    await expect(schedule.info()).rejects.toMatchObject({ code: 'not-found' });
    await clock.advance(5 * MINUTE);
    expect(begun).toEqual(['00:01:00']);
    await orchestrator.schedule(every(120), TASK);
    await clock.advance(2 * MINUTE);
    expect(begun).toEqual(['00:01:00', '00:08:00']);
  });

  it('is the same when it is added again, also a workflow whose ids were made up', async () => {
    const { orchestrator, clock } = await office();
    const workflow = (title: string): Workflow => {
      const made = new Workflow({ name: 'two' });
      const first = made.addStep({ name: 'a', stepType: 'task', config: { ...TASK, title } });
      made.addStep({ name: 'b', stepType: 'task', config: TASK, dependencies: [first.id] });
      return made;
    };
    await orchestrator.schedule(every(60), { workflow: workflow('A') });
    await clock.advance(30 * SECOND);
    const again = await orchestrator.schedule(every(60), { workflow: workflow('A') });
    expect((await again.info()).nextAt).toBe('2026-01-01T00:01:00.000Z');
    const other = orchestrator.schedule(every(60), { workflow: workflow('B') });
    await expect(other).rejects.toMatchObject({
      code: 'already-exists',
      message: expect.stringContaining('replace'),
    });
  });

  it('is replaced when asked, keeps its history, and stays paused', async () => {
    const { orchestrator, clock, begun } = await office();
    const schedule = await orchestrator.schedule(every(60), TASK);
    await clock.advance(MINUTE);
    await orchestrator.schedule(every(600, { replace: true }), TASK);
    await clock.advance(10 * MINUTE);
    expect(begun).toEqual(['00:01:00', '00:11:00']);
    expect((await schedule.info()).fired).toBe(2);
    await schedule.pause();
    await orchestrator.schedule(every(60, { replace: true }), TASK);
    expect((await schedule.info()).state).toBe('paused');
  });

  it('belongs to its tenant', async () => {
    const hands = new ManualClock(START);
    const backend = new MemoryBackend({ clock: hands });
    const { orchestrator } = await office({ hands, backend, tenant: 'north' });
    await orchestrator.schedule(every(60), TASK);
    await hands.advance(MINUTE);
    expect((await orchestrator.schedules.list()).map(({ id }) => id)).toEqual(['look']);
    expect(await backend.store.state('south').list()).toEqual([]);
    expect(await backend.store.get('schedule/look/2026-01-01T00:01:00.000Z', 'north')).toMatchObject({
      status: 'completed',
      input: { tenant: 'north', createdAt: '2026-01-01T00:01:00.000Z' },
    });
    const stranger = orchestrator.schedule({ id: 'other', everySeconds: 60 }, { ...TASK, tenant: 'south' });
    await expect(stranger).rejects.toMatchObject({ code: 'tenant-mismatch' });
  });
});

describe('a firing while the last one is at work', () => {
  it('is skipped, and that is told', async () => {
    const { work, release } = held();
    const { orchestrator, clock, begun } = await office({ work });
    const told: string[] = [];
    orchestrator.on('schedule-skipped', ({ note }) => told.push(short(note.plannedAt)));
    const schedule = await orchestrator.schedule(every(60), TASK);
    await clock.advance(3 * MINUTE);
    release();
    await clock.advance(MINUTE);
    expect(begun).toEqual(['00:01:00', '00:04:00']);
    expect(told).toEqual(['00:02:00', '00:03:00']);
    expect(await schedule.info()).toMatchObject({ fired: 2, skipped: 2, missed: 0 });
    release();
  });

  it('waits for it, in order, when overlap is queue', async () => {
    const { work, release } = held();
    const { orchestrator, clock, begun } = await office({ work });
    const schedule = await orchestrator.schedule(every(60, { overlap: 'queue', maxCatchUp: 3 }), TASK);
    await clock.advance(6 * MINUTE);
    expect(begun).toEqual(['00:01:00']);
    const waiting = ['2026-01-01T00:02:00.000Z', '2026-01-01T00:03:00.000Z', '2026-01-01T00:04:00.000Z'];
    expect(await schedule.info()).toMatchObject({ waiting, skipped: 2 });
    for (let index = 0; index < 4; index += 1) {
      release();
      await clock.advance(SECOND);
    }
    expect(begun).toEqual(['00:01:00', '00:02:00', '00:03:00', '00:04:00']);
    expect(await schedule.info()).toMatchObject({ waiting: [], fired: 4 });
  });

  it('runs beside it when overlap is allowed', async () => {
    const { work, release } = held();
    const { orchestrator, clock, begun } = await office({ work });
    await orchestrator.schedule(every(60, { overlap: 'allow' }), TASK);
    await clock.advance(3 * MINUTE);
    expect(begun).toEqual(['00:01:00', '00:02:00', '00:03:00']);
    for (let index = 0; index < 3; index += 1) release();
    await clock.advance(0);
  });

  it('is skipped also when what is at work was triggered', async () => {
    const { work, release } = held();
    const { orchestrator, clock, begun } = await office({ work });
    const schedule = await orchestrator.schedule(every(60), TASK);
    await schedule.trigger();
    await clock.advance(MINUTE);
    expect(begun).toEqual(['00:00:00']);
    release();
    await clock.advance(MINUTE);
    expect(begun).toEqual(['00:00:00', '00:02:00']);
    release();
  });
});

describe('a clock that is set', () => {
  it('forward makes the passed times missed, within a minute', async () => {
    const hands = new ManualClock(START);
    const clock = new WallClock(hands);
    const { orchestrator, begun } = await office({ clock, hands });
    const schedule = await orchestrator.schedule({ id: 'look', cron: '0 * * * *' }, TASK);
    await hands.advance(10 * MINUTE);
    clock.set(5 * HOUR);
    await hands.advance(MINUTE);
    expect(begun).toEqual(['05:00:00']);
    expect(await schedule.info()).toMatchObject({ fired: 1, missed: 4, nextAt: '2026-01-01T06:00:00.000Z' });
    expect((await schedule.info()).lastFirings[0]).toMatchObject({
      outcome: 'missed',
      plannedAt: '2026-01-01T01:00:00.000Z',
      lastPlannedAt: '2026-01-01T04:00:00.000Z',
      count: 4,
    });
  });

  it('back repeats nothing', async () => {
    const hands = new ManualClock(START);
    const clock = new WallClock(hands);
    const { orchestrator, begun } = await office({ clock, hands });
    await orchestrator.schedule({ id: 'look', cron: '0 * * * *' }, TASK);
    await hands.advance(3 * HOUR);
    clock.set(-2 * HOUR);
    await hands.advance(3 * HOUR);
    expect(begun).toEqual(['01:00:00', '02:00:00', '03:00:00', '04:00:00']);
  });
});

describe('a process', () => {
  it('is left with no timer after shutdown, and none without schedules', async () => {
    const { orchestrator, clock } = await office();
    const before = clock.pendingTimers;
    const schedule = await orchestrator.schedule(every(60), TASK);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(before + 1);
    await schedule.remove();
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(before);
    await orchestrator.schedule(every(60), TASK);
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(before + 1);
    await orchestrator.shutdown();
    expect(clock.pendingTimers).toBe(0);
    await expect(orchestrator.schedule(every(60), TASK)).rejects.toMatchObject({ code: 'stopped' });
  });

  it('hands a firing in again until it is taken, and goes on after one that never will be', async () => {
    const hands = new ManualClock(START);
    const refusals = [
      ...['storage-failed', 'queue-full'].map(
        (code) => new OrchestratorError(code as 'queue-full', 'Not now.', { retryable: true }),
      ),
      new OrchestratorError('not-allowed', 'Not this one.'),
    ];
    class Refusing extends MemoryBackend {
      override submit(...given: Parameters<MemoryBackend['submit']>): ReturnType<MemoryBackend['submit']> {
        const refusal = given[2].id?.endsWith('00:02:00.000Z') === true ? refusals.shift() : undefined;
        return refusal === undefined ? super.submit(...given) : Promise.reject(refusal);
      }
    }
    const { orchestrator, begun } = await office({ backend: new Refusing({ clock: hands }), hands });
    const told: (string | null)[] = [];
    orchestrator.on('schedule-failed', ({ note }) => told.push(note.reason));
    const schedule = await orchestrator.schedule(every(60), TASK);
    await hands.advance(2 * MINUTE);
    expect(refusals.length).toBe(2);
    await hands.advance(MINUTE);
    expect(refusals.length).toBe(0);
    expect(told).toEqual(['not-allowed: Not this one.']);
    expect(begun).toEqual(['00:01:00', '00:03:00']);
    expect(await schedule.info()).toMatchObject({ fired: 2, failed: 1, missed: 0 });
  });
});
