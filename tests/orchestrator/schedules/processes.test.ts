import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shareAndKill } from './share-and-kill.ts';

describe('two processes with a schedule each second', () => {
  it(
    'fire each planned time once, also when one is killed, and catch up when both were',
    {
      timeout: 60_000,
    },
    () => shareAndKill({ seconds: 5, kills: 2, seed: 5 }),
  );
});

describe('a process that never shuts down', () => {
  const source = new URL('../../../src/index.ts', import.meta.url).href;
  const script = (timing: string): string => `
    import { Orchestrator } from ${JSON.stringify(source)};
    const orchestrator = new Orchestrator();
    orchestrator.on('schedule-fired', ({ note }) => console.log('fired'));
    await orchestrator.start();
    ${timing && `await orchestrator.schedule(${timing}, { title: 'T', description: 'D' });`}
    console.log('begun');`;
  const run = (timing: string): unknown => {
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script(timing)], {
      encoding: 'utf8',
      timeout: 15_000,
    });
    return [status, ...stdout.trim().split('\n')];
  };

  it('lives until its schedules have ended, and no longer', () => {
    expect(run("{ id: 'tick', everySeconds: 1, maxFirings: 2 }")).toEqual([0, 'begun', 'fired', 'fired']);
    expect(run('')).toEqual([0, 'begun']);
  });
});
