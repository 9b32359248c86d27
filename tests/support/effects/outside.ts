/** Starts the outside world of effects, and tells what it saw. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One thing that the outside world saw. */
export interface Sight {
  readonly what: 'requested' | 'happened' | 'asked';
  readonly key: string;
  /** How whoever did it calls it. */
  readonly name?: string;
}

export interface Outside {
  readonly url: string;
  /** All so far, in order. */
  sights(): readonly Sight[];
  count(what: Sight['what']): number;
  /** Bytes that all of it takes: grows with each sight. */
  readonly size: number;
  /** Notes what was seen elsewhere. */
  note(what: Sight['what'], key: string, name: string): void;
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
    get size() {
      return statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    },
    note: (what, key, name) => appendFileSync(logFile, `${JSON.stringify({ what, key, name })}\n`),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
