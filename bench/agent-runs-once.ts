/** One measurement in a process of its own: runs of two model calls and a tool between them, all at once. Prints JSON. */
import OpenAI from 'openai';

const [kind, baseURL = '', counted = '1000'] = process.argv.slice(2);
const count = Number(counted);
const ANSWER = 'Well, that is done.';

/** As it is published: sources would take a compiler into memory with them. */
const ENTRY = new URL('../dist/index.js', import.meta.url);

/** One run; gives the model's last text. */
type Run = (index: number) => Promise<string>;

function bare(isStreamed: boolean): Run {
  const client = new OpenAI({ baseURL, apiKey: 'none', maxRetries: 0 });
  const ask = async (content: string): Promise<string> => {
    const request = { model: 'm', messages: [{ role: 'user' as const, content }] };
    if (!isStreamed) {
      const answer = await client.chat.completions.create(request);
      return answer.choices[0]?.message.content ?? '';
    }
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    for await (const piece of stream) text += piece.choices[0]?.delta.content ?? '';
    return text;
  };
  return async (index) => {
    const first = await ask(`Do ${index}.`);
    return ask(`It has ${lengthOf({ text: first })} characters.`);
  };
}

function lengthOf({ text }: { readonly text: string }): number {
  return text.length;
}

async function orchestrated(): Promise<{ run: Run; close: () => Promise<void> }> {
  const { BaseAgent, OpenAIModelClient, Orchestrator } = (await import(
    ENTRY.href
  )) as typeof import('../src/index.ts');
  type Context = Parameters<InstanceType<typeof BaseAgent>['handleTask']>[1];
  class Asker extends BaseAgent {
    constructor() {
      super({ name: 'Asker', description: 'Asks.', capabilities: ['research'], taskTypes: ['research'] });
    }
    override async handleTask(task: { description: string }, context: Context) {
      const ask = async (content: string): Promise<string> => {
        const answer = await context.model?.create([{ type: 'user', content, source: 'user' }]);
        return String(answer?.content);
      };
      const first = await ask(task.description);
      const length = await context.tools.call('length', { text: first });
      return { success: true, output: await ask(`It has ${String(length)} characters.`) };
    }
  }
  const orchestrator = new Orchestrator({
    model: new OpenAIModelClient({ model: 'm', baseURL }),
    concurrency: count,
    tools: [
      {
        name: 'length',
        description: 'Counts characters.',
        sideEffects: 'none',
        input: {
          '~standard': {
            version: 1,
            vendor: 'bench',
            validate: (value: unknown) => ({ value: value as { text: string } }),
          },
        },
        execute: async (input) => lengthOf(input as { text: string }),
      },
    ],
  });
  orchestrator.registerAgent(new Asker());
  const run: Run = async (index) => {
    const result = await orchestrator.runTask({
      title: 'Ask',
      description: `Do ${index}.`,
      taskType: 'research',
      retryConfig: { strategy: 'none' },
    });
    if (!result.success) throw new Error(result.errorMessage ?? 'failed');
    return String(result.output);
  };
  return { run, close: () => orchestrator.shutdown() };
}

const { run, close } =
  kind === 'own' ? await orchestrated() : { run: bare(kind === 'streamed'), close: async () => undefined };
const atRestMb = process.memoryUsage.rss() / 1e6;
// A wave before the measured one, for connections and the compiler.
await Promise.all(Array.from({ length: count }, (_, index) => run(index)));
globalThis.gc?.();
const before = process.cpuUsage();
const start = performance.now();
const texts = await Promise.all(Array.from({ length: count }, (_, index) => run(index)));
const elapsed = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const wrong = texts.find((text) => text !== ANSWER);
if (wrong !== undefined) throw new Error(`Expected ${ANSWER}, got ${wrong}`);
await close();
const peakMb = (process.resourceUsage().maxRSS * 1024) / 1e6;
const figures = { each: elapsed / count, cpu: (user + system) / 1000 / count, peakMb, atRestMb };
console.log(JSON.stringify(figures));
process.exit(0);
