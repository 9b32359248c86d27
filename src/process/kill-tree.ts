/**
 * Ends a program with everything it started. A group kill reaches what stayed in the group; children that left it with
 * `setsid` are found by a variable that all of them inherited, where the system shows environments (Linux).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** The variable that marks the processes of one run. */
export const JOB_VARIABLE = 'AUTOGEN_ORCHESTRATOR_JOB';

/** How often a sweep looks again for processes that are still dying or were just being started. */
const MAX_ROUNDS = 40;
/** Processes looked at before others get a turn. */
const BATCH = 64;

/** Sends `signal` to a process group; false when there is none any more. */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    // Windows has no groups: there only the program itself is reached.
    process.kill(process.platform === 'win32' ? leader : -leader, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills every process that carries `job` in its environment; returns when none is left, or after 200 ms of trying. */
export async function sweepJob(job: string): Promise<void> {
  if (process.platform !== 'linux') return;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = await findMarked(job);
    if (found.length === 0) return;
    for (const id of found) killOne(id);
    await setTimeout(5);
  }
}

async function findMarked(job: string): Promise<readonly number[]> {
  const needle = Buffer.from(job);
  const found: number[] = [];
  const ids = readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0 && id !== process.pid);
  for (const [index, id] of ids.entries()) {
    if (index % BATCH === BATCH - 1) await setImmediate();
    if (environmentOf(id).includes(needle)) found.push(id);
  }
  return found;
}

/** Empty for a process that is gone, a zombie, or somebody else's. */
function environmentOf(id: number): Buffer {
  try {
    return readFileSync(`/proc/${id}/environ`);
  } catch {
    return Buffer.alloc(0);
  }
}

function killOne(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
