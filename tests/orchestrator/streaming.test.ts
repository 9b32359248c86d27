import { Orchestrator } from 'autogen-orchestrator';
import { afterEach, describe, expect, it } from 'vitest';
import type { OrchestratorEvent } from '../../src/contracts/events.ts';
import { EventLog } from '../../src/orchestrator/event-log.ts';
import { systemClock } from '../../src/shared/time.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const opened: Orchestrator[] = [];

afterEach(async () => {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
});

/** Tells so many events at once, then waits to be let go. */
function talkative(count: number): { orchestrator: Orchestrator; release: () => void; told: Promise<void> } {
  const told = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const orchestrator = new Orchestrator();
  opened.push(orchestrator);
  orchestrator.registerAgent(
    new WorkingAgent(async (_task, { emit }) => {
      for (let index = 1; index <= count; index += 1) emit({ type: 'progress', message: String(index) });
      told.resolve();
      await released.promise;
      return { success: true };
    }),
  );
  return { orchestrator, release: () => released.resolve(), told: told.promise };
}

const messageOf = (event: OrchestratorEvent | undefined): string =>
  event?.type === 'agent-reported' && event.event.type === 'progress'
    ? event.event.message
    : (event?.type ?? '');

describe('a reader that falls behind', () => {
  it('by 100,000 events is told how many it missed, and has the newest 10,000', async () => {
    const { orchestrator, release, told } = talkative(100_000);
    const id = await orchestrator.submitTask({ title: 'Talk', ...WORK });
    const stream = orchestrator.stream(id);
    const first = await stream.next();
    expect(first.value).toMatchObject({ type: 'task-submitted' });
    await orchestrator.start();
    await told;
    // Nothing was read meanwhile. The end of the task comes on top.
    release();
    await orchestrator.waitFor(id);
    const events: OrchestratorEvent[] = [];
    for await (const event of stream) events.push(event);
    const [mark, ...rest] = events;
    // The submission was read; of the start, the 100,000 and the completion the newest 10,000 are left.
    expect(mark).toMatchObject({ type: 'events-lost', lost: 90_002, runId: id });
    expect(rest).toHaveLength(10_000);
    expect(rest.map(({ position }) => position)).toEqual(
      Array.from({ length: 10_000 }, (_, index) => (mark?.position ?? 0) + 1 + index),
    );
    expect(messageOf(rest.at(-2))).toBe('100000');
    expect(messageOf(rest.at(-1))).toBe('task-completed');
  });

  it('and goes on reading has each event once, in order, with the gaps counted', async () => {
    const { orchestrator, release, told } = talkative(100_000);
    const id = await orchestrator.submitTask({ title: 'Talk', ...WORK });
    await orchestrator.start();
    let seen = 0;
    let lost = 0;
    let last = 0;
    for await (const event of orchestrator.stream(id)) {
      expect(event.position).toBeGreaterThan(last);
      last = event.position;
      if (event.type === 'events-lost') lost += event.lost;
      else seen += 1;
      if (seen === 5) {
        await told;
        release();
      }
    }
    expect(seen + lost).toBe(100_003);
    expect(lost).toBeGreaterThan(0);
  });

  it('does not make another reader, or another run, lose anything', async () => {
    const log = new EventLog({ clock: systemClock, tenant: 'default', capacity: 10 });
    const slow = log.stream({ rootRunId: 'loud' });
    const quiet = log.stream({ rootRunId: 'quiet' });
    log.emit('quiet', { type: 'task-submitted', title: 'Quiet' });
    const fast: OrchestratorEvent[] = [];
    const reading = (async () => {
      for await (const event of log.stream({ rootRunId: 'loud' })) fast.push(event);
    })();
    for (let index = 0; index < 100; index += 1) {
      log.emit('loud', { type: 'workflow-finished', success: true, errorMessage: null });
      await Promise.resolve();
      await Promise.resolve();
    }
    log.close();
    await reading;
    expect(fast).toHaveLength(100);
    expect(fast.some(({ type }) => type === 'events-lost')).toBe(false);
    expect((await slow.next()).value).toMatchObject({ type: 'events-lost', lost: 90 });
    expect((await quiet.next()).value).toMatchObject({ type: 'task-submitted' });
    expect((await quiet.next()).done).toBe(true);
  });
});

describe('a reader that resumes', () => {
  it('after a mark of lost events goes on where it was', async () => {
    const log = new EventLog({ clock: systemClock, tenant: 'default', capacity: 10 });
    for (let index = 0; index < 100; index += 1)
      log.emit('run', { type: 'workflow-finished', success: true, errorMessage: null });
    const resumed = log.stream({ rootRunId: 'run', after: 50 });
    const { value: mark } = await resumed.next();
    const { value: next } = await resumed.next();
    expect(mark).toMatchObject({ type: 'events-lost', runId: 'run' });
    expect(next?.position).toBe((mark?.position ?? 0) + 1);
    expect(mark?.type === 'events-lost' && mark.lost).toBe((mark?.position ?? 0) - 50);
    const again = log.stream({ rootRunId: 'run', after: mark?.position ?? 0 });
    expect((await again.next()).value).toEqual(next);
  });

  it('is told of no loss where all of its run is kept, whatever else was forgotten', async () => {
    const log = new EventLog({ clock: systemClock, tenant: 'default', capacity: 10 });
    for (let index = 0; index < 100; index += 1)
      log.emit('other', { type: 'workflow-finished', success: true, errorMessage: null });
    log.emit('run', { type: 'task-submitted', title: 'Late' });
    expect((await log.stream({ rootRunId: 'run' }).next()).value).toMatchObject({ type: 'task-submitted' });
    expect((await log.stream({ rootRunId: 'other' }).next()).value).toMatchObject({ type: 'events-lost' });
  });

  it('by position has no event twice and none missing, wherever it left', async () => {
    const { orchestrator, release } = talkative(200);
    const id = await orchestrator.submitTask({ title: 'Talk', ...WORK });
    await orchestrator.start();
    release();
    await orchestrator.waitFor(id);
    const positions: number[] = [];
    for (let isOver = false; !isOver; ) {
      isOver = true;
      let taken = 0;
      for await (const event of orchestrator.stream(id, { after: positions.at(-1) ?? 0 })) {
        positions.push(event.position);
        taken += 1;
        if (taken === 7) {
          isOver = false;
          break;
        }
      }
    }
    expect(positions).toEqual(Array.from({ length: 203 }, (_, index) => index + 1));
  });
});
