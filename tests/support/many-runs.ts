/**
 * A process of its own: does so many runs of two model calls and a tool, then says as JSON what is left of them. It ends
 * by itself: whatever kept it alive would be seen.
 */
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MemoryBackend } from '../../src/backends/memory/memory-backend.ts';
import { OpenAIModelClient } from '../../src/llm/openai/openai-client.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { WORK, WorkingAgent } from './stub-agents.ts';

const count = Number(process.argv[2]);
const AT_ONCE = 200;
const warnings: string[] = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));

/** What the process has open, by kind. */
function resources(): Readonly<Record<string, number>> {
  const kinds: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

function heapMb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('../../bench/model-server.ts', import.meta.url)), '0'],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const [line] = (await once(server.stdout, 'data')) as [Buffer];

const before = resources();
const orchestrator = new Orchestrator({
  backend: new MemoryBackend({ keepFinished: 100 }),
  model: new OpenAIModelClient({ model: 'm', baseURL: line.toString().trim() }),
  concurrency: AT_ONCE,
  tools: [
    {
      name: 'length',
      description: 'Counts characters.',
      sideEffects: 'none',
      input: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
      execute: async (input) => String((input as { text: string }).text).length,
    },
  ],
});
orchestrator.registerAgent(
  new WorkingAgent(async ({ title }, context) => {
    const ask = async (content: string): Promise<unknown> =>
      (await context.model?.create([{ type: 'user', content, source: 'user' }]))?.content;
    const text = await ask(title);
    const length = await context.tools.call('length', { text });
    return { success: true, output: [String(await ask(String(length))), length] };
  }),
);
// One signal for all: what a run leaves on it would add up.
const { signal } = new AbortController();
let right = 0;
let events = 0;
const undo = orchestrator.on('*', () => {
  events += 1;
});

/** In turns of so many at once. Every tenth run is watched to its end, and every other of these left early. */
async function doRuns(from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += AT_ONCE) {
    const turn = Array.from({ length: Math.min(AT_ONCE, to - start) }, async (_, index) => {
      const id = `run-${start + index}`;
      const task = { id, title: `Run ${id}`, ...WORK };
      const done = orchestrator.runTask(task, { signal });
      if (index % 10 === 0) {
        await orchestrator.submitTask(task);
        for await (const event of orchestrator.stream(id, { signal }))
          if (index % 20 === 0 && event.type === 'task-started') break;
      }
      if (JSON.stringify((await done).output) === '["Well, that is done.",19]') right += 1;
    });
    await Promise.all(turn);
  }
}

const warmUp = Math.min(count / 5, 2000);
await doRuns(0, warmUp);
const heapBefore = heapMb();
await doRuns(warmUp, count);
const heapAfter = heapMb();
undo();
const listeners = getEventListeners(signal, 'abort').length;
const atWork = resources();
await orchestrator.shutdown();
const closed = once(server, 'exit');
server.stdin.end();
await closed;
// What a closed connection takes to be gone.
const waitsUntil = performance.now() + 10_000;
const isLeft = (): boolean => Object.entries(resources()).some(([kind, of]) => of > (before[kind] ?? 0));
while (isLeft() && performance.now() < waitsUntil) await new Promise((resolve) => setTimeout(resolve, 50));
const after = resources();
console.log(
  JSON.stringify({ count, right, events, listeners, warnings, before, atWork, after, heapBefore, heapAfter }),
);
