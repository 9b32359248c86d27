// A model behind an OpenAI-compatible endpoint, here one of forty lines on this machine, and what is told when it fails.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAIModelClient, OrchestratorError } from 'autogen-orchestrator';

// With Ollama it would be http://127.0.0.1:11434/v1, with llama.cpp http://127.0.0.1:8080/v1.
let isDown = true;
const server = createServer((_request, response) => {
  if (isDown) {
    isDown = false;
    response.writeHead(503, { 'retry-after-ms': '10' }).end('{"error":{"message":"Loading model"}}');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const content of ['Good ', 'morning.'])
    response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  response.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const hello = [{ type: 'user', content: 'Greet me.', source: 'user' }] as const;
const model = new OpenAIModelClient({
  model: 'local',
  baseURL,
  onExchange: ({ attempt, error }) => console.log(`attempt ${attempt}: ${error?.details['kind'] ?? 'fine'}`),
});
for await (const item of model.createStream(hello))
  console.log(typeof item === 'string' ? item : item.finishReason);

server.close();
server.closeAllConnections();
const impatient = new OpenAIModelClient({ model: 'local', baseURL, retry: { maxRetries: 0 } });
try {
  await impatient.create(hello);
} catch (error) {
  if (!OrchestratorError.isInstance(error)) throw error;
  console.log(error.code, error.details['kind'], `retryable: ${error.retryable}`);
}

// Prints:
// attempt 1: server
// Good
// morning.
// attempt 2: fine
// stop
// model-failed connection retryable: true
