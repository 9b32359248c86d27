/** An OpenAI-compatible endpoint that plays a fixed part by how far the talk has come, counts, and can hold an answer back. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is answered when so many assistants' turns are in the talk. */
export type Part =
  | { readonly calls: readonly { readonly name: string; readonly arguments: object }[] }
  | { readonly text: string };

export interface ModelServer {
  readonly url: string;
  /** Turns that were asked for, in order, and those that were answered to the end. */
  readonly asked: readonly number[];
  readonly answered: readonly number[];
  /** Names that the tools called at `/tools/NAME`, in order. */
  readonly tools: readonly string[];
  /** Resolves when turn `turn` is asked for; its answer, or that of a tool, is held back until the next `hold`. */
  hold(what: number | string | undefined): Promise<void>;
  close(): Promise<void>;
}

interface Asked {
  readonly messages: readonly { readonly role: string }[];
}

export async function startModelServer(parts: readonly Part[]): Promise<ModelServer> {
  const asked: number[] = [];
  const answered: number[] = [];
  const tools: string[] = [];
  let held: number | string | undefined;
  let onHeld: () => void = () => undefined;
  const http = createServer(async (request, response) => {
    const name = /^\/tools\/(.+)$/.exec(request.url ?? '')?.[1];
    if (name !== undefined) {
      tools.push(name);
      if (held === name) onHeld();
      else response.end('ok');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
    const turn = messages.filter(({ role }) => role === 'assistant').length;
    asked.push(turn);
    if (held === turn) {
      onHeld();
      return;
    }
    stream(response, parts[turn] ?? { text: 'There is nothing more to say.' }, turn);
    answered.push(turn);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    asked,
    answered,
    tools,
    hold(what) {
      held = what;
      return new Promise((resolve) => {
        onHeld = resolve;
      });
    },
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function stream(response: ServerResponse, part: Part, turn: number): void {
  const delta =
    'text' in part
      ? { content: part.text }
      : {
          tool_calls: part.calls.map((call, index) => ({
            index,
            id: `call-${turn}-${index}`,
            type: 'function',
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          })),
        };
  const base = { id: `answer-${turn}`, object: 'chat.completion.chunk', created: 0, model: 'played' };
  const finish = 'text' in part ? 'stop' : 'tool_calls';
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of [
    { ...base, choices: [{ index: 0, delta: { role: 'assistant', ...delta }, finish_reason: null }] },
    { ...base, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    { ...base, choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } },
  ])
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}
