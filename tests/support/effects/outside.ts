/** Starts the outside world of effects, and tells what it saw. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One thing that the outside world saw. */
export interface Sight {
  readonly what: 'requested' | 'happened' | 'asked';
  readonly key: string;
}

export interface Outside {
  readonly url: string;
  /** All so far, in order. */
  sights(): readonly Sight[];
  count(what: Sight['what']): number;
  stop(): Promise<void>;
}

export async function startOutside(logFile: string): Promise<Outside> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./effect-server.ts', import.meta.url)), logFile],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  if (child.stdout === null) throw new Error('Expected the server to have an output.');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const sights = (): readonly Sight[] =>
    existsSync(logFile)
      ? readFileSync(logFile, 'utf8')
          .split('\n')
          .filter((text) => text !== '')
          .map((text) => JSON.parse(text) as Sight)
      : [];
  return {
    url: line.toString().trim(),
    sights,
    count: (what) => sights().filter((sight) => sight.what === what).length,
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
