/** What our client adds to the `openai` package: many calls at once to an endpoint that takes 50 ms, over the bare client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { OpenAIModelClient } from '../src/llm/openai/openai-client.ts';
import { type Benchmark, type Case, ratioOf } from './measure.ts';

const ANSWER = 'Well, that is done.';
let server: ChildProcess | undefined;

async function startServer(): Promise<string> {
  server = spawn(process.execPath, [fileURLToPath(new URL('./model-server.ts', import.meta.url)), '50'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (server.stdout === null) throw new Error('Expected the server to have an output.');
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

/** Milliseconds for each call, and the largest memory meanwhile. */
async function measure(
  count: number,
  call: () => Promise<string>,
): Promise<{ each: number; peakMb: number }> {
  globalThis.gc?.();
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const start = performance.now();
  const texts = await Promise.all(Array.from({ length: count }, call));
  const elapsed = performance.now() - start;
  clearInterval(timer);
  if (texts.some((text) => text !== ANSWER))
    throw new Error(`Expected ${ANSWER}, got ${texts.find((text) => text !== ANSWER)}`);
  return { each: elapsed / count, peakMb: Math.max(peak, process.memoryUsage.rss()) / 1e6 };
}

export const model: Benchmark = {
  title:
    'calls of a model at once, 50 ms each at the endpoint, for each call; floor: the openai package alone, streamed too',
  async cases({ isQuick }) {
    const baseURL = await startServer();
    const bare = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
    const own = new OpenAIModelClient({ model: 'm', baseURL });
    const askBare = async (): Promise<string> => {
      const stream = await bare.chat.completions.create({
        model: 'm',
        messages: [{ role: 'user', content: 'Do it.' }],
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      for await (const piece of stream) text += piece.choices[0]?.delta.content ?? '';
      return text;
    };
    const askOwn = async (): Promise<string> =>
      String((await own.create([{ type: 'user', content: 'Do it.', source: 'user' }])).content);
    await measure(20, askBare);
    await measure(20, askOwn);
    return (isQuick ? [100, 1000] : [100, 1000, 3000]).map(
      (count): Case => ({
        what: `${count} calls at once`,
        unit: 'ms',
        size: count,
        async measure(round) {
          // Turns, so that neither always has the warmer connections.
          const order = round % 2 === 0 ? ([askOwn, askBare] as const) : ([askBare, askOwn] as const);
          const first = await measure(count, order[0]);
          const second = await measure(count, order[1]);
          const [ours, theirs] = round % 2 === 0 ? [first, second] : [second, first];
          return {
            own: ours.each,
            floor: theirs.each,
            more: { 'peak MB': ours.peakMb, 'floor peak MB': theirs.peakMb },
          };
        },
        goal: { text: 'no goal apart from the ratio, at most 1.18', most: Infinity },
      }),
    );
  },
  remarks: (figures) =>
    figures
      .filter(({ samples }) => samples.length > 0)
      .map(
        (figure) =>
          `${figure.what}: ${Math.round(100 / ratioOf(figure))} % of the bare client's calls in a second; goal 85 %`,
      ),
  async close() {
    server?.kill();
    await Promise.resolve();
  },
};
