import { expect, it } from 'vitest';
import { Alarms } from '../../src/backends/driving/alarms.ts';
import { Dispatcher } from '../../src/backends/memory/dispatcher.ts';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

it('a queue without limits is forgotten once it has no run; one with limits is kept', async () => {
  const clock = new ManualClock();
  const dispatcher = new Dispatcher(() => undefined, clock, new Alarms(clock));
  dispatcher.turn('open');
  const idle = dispatcher.queue('idle');
  const limited = dispatcher.queue('limited');
  limited.configure({ concurrency: 1 });
  const awaited = dispatcher.queue('awaited');
  awaited.unstarted = 1;
  for (const queue of [idle, limited, awaited]) dispatcher.poke(queue);
  await new Promise(setImmediate);
  expect(dispatcher.queue('idle')).not.toBe(idle);
  expect(dispatcher.queue('limited')).toBe(limited);
  expect(dispatcher.queue('awaited')).toBe(awaited);
});

it('a run that sleeps goes on, though its queue was forgotten meanwhile', async () => {
  const clock = new ManualClock();
  const backend = new MemoryBackend({ clock });
  backend.register('sleeps', async (context) => {
    await context.sleep('a while', 1000);
    return 'awake';
  });
  await backend.start();
  const { id } = await backend.submit('sleeps', null, { queue: 'made up', tenant: 'north' });
  await clock.advance(2000);
  expect(await backend.store.get(id, 'north')).toMatchObject({ status: 'completed', output: 'awake' });
  await backend.stop();
});
