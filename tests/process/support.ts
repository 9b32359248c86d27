/** Temp folders, programs planted in them, and questions about processes, for tests that run real programs. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ProgramRequest } from '../../src/contracts/program.ts';
import { createProgramRunner } from '../../src/process/program-runner.ts';

/** A folder of its own with files in it; gone at the end of the scope that holds it with `using`. */
export function createFolder(files: Readonly<Record<string, string>> = {}) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'process-test-')));
  const write = (name: string, text: string, mode = 0o644): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A folder and a runner over it that allows node and a shell. */
export function createBench(options: Partial<Parameters<typeof createProgramRunner>[0]> = {}) {
  const folder = createFolder();
  const runner = createProgramRunner({
    root: folder.path,
    allow: ['node', 'sh', 'env', 'cat', 'git'],
    ...options,
  });
  const node = (script: string, request: Partial<ProgramRequest> = {}) =>
    runner.run({ command: 'node', args: ['-e', script], ...request });
  const shell = (script: string, request: Partial<ProgramRequest> = {}) =>
    runner.run({ command: 'sh', args: ['-c', script], ...request });
  return { ...folder, runner, node, shell, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** True while a process is there and not a zombie. */
export function isAlive(id: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${id}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes whose command line holds `text`. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => {
      try {
        return id > 0 && id !== process.pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

/** Waits until a file has a number in it, as programs under test write when they are under way. */
export async function numberIn(file: string): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (text !== '') return Number(text);
    await setTimeout(5);
  }
  throw new Error(`${file} was never written.`);
}

const probe = await createProgramRunner({ root: tmpdir(), allow: ['node'] }).probeSandbox();
/** Why tests of the sandbox can't run here; undefined when they can. */
export const noSandboxReason = probe.available ? undefined : probe.reason;
