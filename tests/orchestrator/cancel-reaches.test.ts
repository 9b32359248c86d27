import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAIModelClient, Orchestrator } from 'autogen-orchestrator';
import { CLIAdapter } from 'autogen-orchestrator/adapters/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { median } from '../../bench/measure.ts';
import { chunk, type FaultServer, faultServer, streamHead } from '../support/fault-server.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const ROUNDS = 5;
/** The goal, in milliseconds, from `abort()` until all is gone. */
const GOAL = 300;
const PROGRAM = `import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => undefined);
const [, path, name] = process.argv;
writeFileSync(name + '.pid', String(process.pid));
if (!name.endsWith('-inner')) spawn(process.execPath, [path, name + '-inner'], { stdio: 'ignore' });
setInterval(() => undefined, 1000);
`;
let folder = '';
let server: FaultServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cancel-'));
  writeFileSync(join(folder, 'program.mjs'), PROGRAM);
  // Begins an answer and never ends it.
  server = await faultServer((response) => {
    streamHead(response);
    response.write(chunk({ role: 'assistant', content: 'Well' }));
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

function pidIn(name: string): number | undefined {
  const path = join(folder, `${name}.pid`);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text === '' ? undefined : Number(text);
}

/** Also true for one that only waits to be buried: in a container nobody may. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** A task that waits for a model and for a program with a child, both of which ignore SIGTERM. Milliseconds until all is gone. */
async function cancelled(
  round: string,
  end: (orchestrator: Orchestrator, id: string, controller: AbortController) => void,
): Promise<{ readonly connection: number; readonly programs: number }> {
  const orchestrator = new Orchestrator({
    model: new OpenAIModelClient({ model: 'm', baseURL: server.baseURL }),
    adapters: [new CLIAdapter({ enabled: true, allowedCommands: [process.execPath], workspace: folder })],
  });
  orchestrator.registerAgent(
    new WorkingAgent(async (_task, { model, adapters }) => {
      await Promise.all([
        model?.create([{ type: 'user', content: 'Well?', source: 'user' }]),
        adapters.get('cli')?.execute('run', { command: process.execPath, args: ['program.mjs', round] }),
      ]);
      return { success: true };
    }),
  );
  const before = { asked: server.requests.length, dropped: server.dropped.length };
  const controller = new AbortController();
  const result = orchestrator.runTask({ id: round, title: 'Hang', ...WORK }, { signal: controller.signal });
  await until(() => pidIn(`${round}-inner`) !== undefined && server.requests.length > before.asked);
  const pids = [pidIn(round), pidIn(`${round}-inner`)] as number[];
  expect(pids.some(isGone)).toBe(false);
  const start = Date.now();
  end(orchestrator, round, controller);
  await until(() => pids.every(isGone));
  const programs = Date.now() - start;
  await until(() => server.dropped.length > before.dropped);
  const connection = (server.dropped.at(-1) ?? Number.NaN) - start;
  expect(await result).toMatchObject({ success: false, stopReason: 'cancelled' });
  await orchestrator.shutdown();
  return { connection, programs };
}

describe.skipIf(process.platform === 'win32')('a cancelled task', () => {
  it.each([
    ['by cancel()', (orchestrator: Orchestrator, id: string) => void orchestrator.cancel(id)],
    ['by its signal', (_: Orchestrator, __: string, controller: AbortController) => controller.abort()],
  ])(
    '%s has its connection closed and its programs, with their children, gone in 300 ms',
    async (how, end) => {
      const times: { connection: number; programs: number }[] = [];
      for (let round = 1; round <= ROUNDS; round += 1)
        times.push(await cancelled(`${how.replaceAll(/\W/g, '')}-${round}`, end));
      const connection = median(times.map((time) => time.connection));
      const programs = median(times.map((time) => time.programs));
      console.log(
        `${how}: connection closed after ${connection} ms, programs gone after ${programs} ms (medians)`,
      );
      // The median, since a machine may stand still for longer than that.
      expect(connection).toBeLessThan(GOAL);
      expect(programs).toBeLessThan(GOAL);
    },
    60_000,
  );
});
