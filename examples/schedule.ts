// Work that comes back at planned times, also in the night in which clocks are set; paused, resumed and triggered.
import { BaseAgent, Orchestrator, type TaskJson, type TaskOutcome } from 'autogen-orchestrator';
import { ManualClock } from 'autogen-orchestrator/testing';

const HOUR = 3_600_000;
// A clock that is moved by hand, to the evening before clocks go forward in Lisbon.
const clock = new ManualClock(Date.UTC(2026, 2, 28, 20));

class Watchman extends BaseAgent {
  constructor() {
    super({ name: 'Watchman', description: 'Looks.', capabilities: ['research'], taskTypes: ['research'] });
  }
  override async handleTask({ title, metadata }: TaskJson): Promise<TaskOutcome> {
    console.log(title, metadata['schedule']);
    return { success: true, output: 'all quiet' };
  }
}

const orchestrator = new Orchestrator({ clock });
orchestrator.registerAgent(new Watchman());
const why: string[] = [];
orchestrator.on('schedule-fired', ({ note }) => why.push(note.reason ?? 'planned'));
await orchestrator.start();

const round = { title: 'round', description: 'Look at every door.', taskType: 'research' } as const;
const night = { id: 'night', cron: '30 1 * * *', timeZone: 'Europe/Lisbon' };
const schedule = await orchestrator.schedule(night, round);
console.log('next', (await schedule.info()).nextAt);
await clock.advance(30 * HOUR);

await schedule.pause();
await clock.advance(48 * HOUR);
await schedule.resume();
const { nextAt, fired, missed } = await schedule.info();
console.log('next', nextAt, { fired, missed });

const runId = await schedule.trigger();
console.log(runId.startsWith('schedule/night/trigger-'), (await orchestrator.waitFor(runId)).output);
await orchestrator.shutdown();
console.log('fired:', why.join(', '));

// Prints:
// next 2026-03-29T01:00:00.000Z
// round { id: 'night', plannedAt: '2026-03-29T01:00:00.000Z' }
// round { id: 'night', plannedAt: '2026-03-30T00:30:00.000Z' }
// next 2026-04-02T00:30:00.000Z { fired: 2, missed: 0 }
// round { id: 'night', plannedAt: '2026-04-01T02:00:00.000Z' }
// true all quiet
// fired: planned, planned, triggered
