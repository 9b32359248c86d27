import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteBackend } from '../../../src/backends/sqlite/index.ts';
import type { StatePort } from '../../../src/contracts/state.ts';
import { silentLogger } from '../../../src/observability/logger.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { OrchestratorError } from '../../../src/shared/errors.ts';
import type { MissedPolicy } from '../../../src/tasks/schedule-timing.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import {
  closeOffices,
  DAY,
  HOUR,
  held,
  MINUTE,
  type Office,
  office,
  RacingClock,
  SECOND,
  START,
  TASK,
  WallClock,
} from './support.ts';

let folder = '';
let hands = new ManualClock(START);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedules-'));
  hands = new ManualClock(START);
});
afterEach(async () => {
  await closeOffices();
  rmSync(folder, { recursive: true, force: true });
});

/** An orchestrator over the file, as a new process would have it. */
function process(work?: () => Promise<{ success: true }>, Backend = SqliteBackend): Promise<Office> {
  const backend = new Backend({ path: join(folder, 'runs.db'), clock: hands });
  return office({ hands, backend, ...(work && { work }) });
}

/** Ways in which nothing runs for a while: how a first one is opened, and what does the work afterwards. */
interface Absence {
  open(): Promise<Office>;
  pass(first: Office, time: number): Promise<Office>;
}

const restart = (): Absence => ({
  open: () => process(),
  pass: async ({ orchestrator }, time) => {
    await orchestrator.shutdown();
    await hands.advance(time);
    const second = await process();
    await hands.advance(0);
    return second;
  },
});

const sleep = (): Absence => {
  const clock = new WallClock(hands);
  return {
    open: () => office({ hands, clock }),
    pass: async (first, time) => {
      clock.set(time);
      first.begun.length = 0;
      await hands.advance(MINUTE);
      return first;
    },
  };
};

describe.each([
  ['sqlite, over a restart', restart],
  ['memory, over a sleep of the machine', sleep],
])('what passed while nothing was running: %s', (_, absence) => {
  it.each<[MissedPolicy, string[], object]>([
    ['skip', [], { fired: 1, missed: 5 }],
    ['once', ['06:00:00'], { fired: 2, missed: 4 }],
    ['all', ['02:00:00', '03:00:00', '04:00:00', '05:00:00', '06:00:00'], { fired: 6, missed: 0 }],
  ])('%s', async (missed, expected, counts) => {
    const { open, pass } = absence();
    const first = await open();
    await first.orchestrator.schedule({ id: 'look', cron: '0 * * * *', missed }, TASK);
    await hands.advance(HOUR + 20 * MINUTE);
    expect(first.begun).toEqual(['01:00:00']);
    const second = await pass(first, 5 * HOUR);
    expect(second.begun).toEqual(expected);
    const [info] = await second.orchestrator.schedules.list();
    expect(info).toMatchObject({ ...counts, skipped: 0, nextAt: '2026-01-01T07:00:00.000Z' });
  });

  it('all, no more than maxCatchUp, the newest, and says how many not', async () => {
    const { open, pass } = absence();
    const first = await open();
    await first.orchestrator.schedule({ id: 'look', cron: '0 * * * *', missed: 'all', maxCatchUp: 2 }, TASK);
    const second = await pass(first, 10 * HOUR + 20 * MINUTE);
    expect(second.begun).toEqual(['09:00:00', '10:00:00']);
    const [info] = await second.orchestrator.schedules.list();
    expect(info).toMatchObject({ fired: 2, missed: 8 });
    expect(info?.lastFirings[0]).toMatchObject({
      outcome: 'missed',
      count: 8,
      isAtLeast: false,
      plannedAt: '2026-01-01T01:00:00.000Z',
      lastPlannedAt: '2026-01-01T08:00:00.000Z',
    });
  });

  it('is not missed when it is late by less than the grace', async () => {
    const { open, pass } = absence();
    const first = await open();
    await first.orchestrator.schedule(
      { id: 'look', cron: '0 * * * *', missed: 'skip', graceSeconds: 3600 },
      TASK,
    );
    const second = await pass(first, HOUR + 20 * MINUTE);
    expect(second.begun).toEqual(['01:00:00']);
  });
});

describe('a schedule that several processes share', () => {
  it('fires each planned time once, and each note is told by one of them', async () => {
    const clock = new RacingClock(hands);
    const offices: Office[] = [];
    for (let index = 0; index < 3; index += 1) {
      const backend = new SqliteBackend({ path: join(folder, 'runs.db'), clock });
      offices.push(await office({ hands, clock, backend }));
    }
    const told: string[] = [];
    for (const { orchestrator } of offices)
      orchestrator.on('schedule-fired', ({ note }) => told.push(note.plannedAt));
    for (const { orchestrator } of offices)
      await orchestrator.schedule({ id: 'look', everySeconds: 10, overlap: 'allow' }, TASK);
    await hands.advance(5 * MINUTE);
    const begun = offices.flatMap((each) => each.begun);
    expect(begun.length).toBe(30);
    expect(new Set(begun).size).toBe(30);
    expect(new Set(told).size).toBe(30);
    expect(told.length).toBe(30);
  });

  it('is found by those that did not make it, within ten seconds, and gone for them when it is removed', async () => {
    const [client, worker] = [await process(), await process()];
    const schedule = await client.orchestrator.schedule({ id: 'look', everySeconds: 60 }, TASK);
    await hands.advance(10 * SECOND);
    await client.orchestrator.shutdown();
    await hands.advance(110 * SECOND);
    expect(worker.begun.length + client.begun.length).toBe(2);
    await worker.orchestrator.schedules.remove(schedule.id);
    await hands.advance(10 * MINUTE);
    expect(worker.begun.length + client.begun.length).toBe(2);
  });

  it('may be made by a process that starts nothing', async () => {
    const backend = new SqliteBackend({ path: join(folder, 'runs.db'), clock: hands });
    const client = new Orchestrator({ backend, clock: hands, logger: silentLogger });
    await client.schedule({ id: 'look', everySeconds: 60 }, TASK);
    const run = await client.schedules.trigger('look');
    expect(await client.schedules.list()).toMatchObject([{ id: 'look', state: 'active', fired: 1 }]);
    const worker = await process();
    await hands.advance(2 * MINUTE);
    expect(worker.begun).toEqual(['00:00:00', '00:01:00', '00:02:00']);
    expect((await worker.orchestrator.waitFor(run)).success).toBe(true);
    await client.shutdown();
  });

  it('does not overlap across them', async () => {
    const { work, release } = held();
    const hold = work as unknown as () => Promise<{ success: true }>;
    const [one, two] = [await process(hold), await process(hold)];
    await one.orchestrator.schedule({ id: 'look', everySeconds: 60 }, TASK);
    await hands.advance(3 * MINUTE + 5 * SECOND);
    expect([...one.begun, ...two.begun]).toEqual(['00:01:00']);
    release();
    await hands.advance(MINUTE);
    expect(new Set([...one.begun, ...two.begun])).toEqual(new Set(['00:01:00', '00:04:00']));
    const info = await two.orchestrator.schedules.get('look');
    expect(info).toMatchObject({ fired: 2, skipped: 2 });
    release();
  });
});

describe('a process that dies', () => {
  const died = new OrchestratorError('stopped', 'It is gone.');
  class Before extends SqliteBackend {
    override submit(): ReturnType<SqliteBackend['submit']> {
      return Promise.reject(died);
    }
  }
  class After extends SqliteBackend {
    override async submit(
      ...given: Parameters<SqliteBackend['submit']>
    ): ReturnType<SqliteBackend['submit']> {
      await super.submit(...given);
      throw died;
    }
  }

  it.each([
    ['before', Before],
    ['after', After],
  ])('%s it handed in what it had decided: another one finishes that, once', async (_, Dying) => {
    const dying = await process(undefined, Dying);
    await dying.orchestrator.schedule({ id: 'look', cron: '0 * * * *' }, TASK);
    await hands.advance(HOUR);
    expect((await dying.orchestrator.schedules.get('look'))?.fired).toBe(0);
    await dying.orchestrator.shutdown();
    const heir = await process();
    await hands.advance(2 * SECOND);
    expect([...dying.begun, ...heir.begun]).toEqual(['01:00:00']);
    expect(await heir.orchestrator.schedules.get('look')).toMatchObject({ fired: 1, missed: 0 });
    await hands.advance(HOUR);
    expect([...dying.begun, ...heir.begun]).toEqual(['01:00:00', '02:00:00']);
  });
});

describe('what is kept', () => {
  /** The records of the file, past the orchestrator. */
  function recordsOf(): { state: StatePort; close: () => Promise<void> } {
    const backend = new SqliteBackend({ path: join(folder, 'runs.db'), clock: hands });
    return { state: backend.store.state('default'), close: () => backend.stop() };
  }

  it('of a removed one keeps a stale process from writing over its successor, for a day', async () => {
    const { orchestrator } = await process();
    const { state, close } = recordsOf();
    await orchestrator.schedule({ id: 'look', everySeconds: 60 }, TASK);
    const before = await state.get('schedules/look');
    await orchestrator.schedules.remove('look');
    await orchestrator.schedule({ id: 'look', everySeconds: 3600 }, TASK);
    const stale = state.put('schedules/look', before?.value ?? null, before?.version ?? 0);
    await expect(stale).rejects.toMatchObject({ code: 'version-conflict' });
    await orchestrator.schedules.remove('look');
    await orchestrator.shutdown();
    await hands.advance(HOUR);
    const next = await process();
    expect(await state.list('schedules/')).toHaveLength(1);
    await next.orchestrator.shutdown();
    await hands.advance(DAY);
    await process();
    expect(await state.list('schedules/')).toHaveLength(0);
    await close();
  });

  it('by another release is refused by name and does not stop the others', async () => {
    const { orchestrator, begun } = await process();
    const { state, close } = recordsOf();
    await state.put('schedules/newer', { schemaVersion: 2, id: 'newer' }, 0);
    await orchestrator.schedule({ id: 'look', everySeconds: 60 }, TASK);
    await hands.advance(MINUTE);
    expect(begun).toHaveLength(1);
    await expect(orchestrator.schedules.get('newer')).rejects.toMatchObject({ code: 'schema-mismatch' });
    await expect(orchestrator.schedules.list()).rejects.toMatchObject({ code: 'schema-mismatch' });
    await orchestrator.shutdown();
    const second = await process();
    await hands.advance(MINUTE);
    expect(second.begun).toEqual(['00:02:00']);
    await close();
  });
});
