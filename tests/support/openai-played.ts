/** A client before an endpoint that plays what a test says. */
import { afterEach, expect } from 'vitest';
import type { CreateResult, ModelMessage } from '../../src/contracts/model.ts';
import { OpenAIModelClient } from '../../src/llm/openai/openai-client.ts';
import type { OpenAIModelClientOptions } from '../../src/llm/openai/openai-options.ts';
import type { OrchestratorError } from '../../src/shared/errors.ts';
import { type FaultServer, faultServer, type Play } from './fault-server.ts';

export const HELLO: readonly ModelMessage[] = [{ type: 'user', content: 'hello', source: 'user' }];
const servers: FaultServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

export interface Played {
  readonly server: FaultServer;
  readonly client: OpenAIModelClient;
}

export async function play(
  plays: readonly Play[],
  options: Partial<OpenAIModelClientOptions> = {},
): Promise<Played> {
  const server = await faultServer(...plays);
  servers.push(server);
  const client = new OpenAIModelClient({
    model: 'm',
    apiKey: 'sk-secret-key-123',
    baseURL: server.baseURL,
    retry: { maxRetries: 2, baseDelaySeconds: 0.001 },
    ...options,
  });
  return { server, client };
}

export async function failureOf(work: Promise<unknown>): Promise<OrchestratorError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, 'it was expected to fail').toBeDefined();
  return error as OrchestratorError;
}

export async function gather(
  items: AsyncIterable<string | CreateResult>,
): Promise<{ pieces: string[]; result?: CreateResult }> {
  const pieces: string[] = [];
  for await (const item of items) {
    if (typeof item === 'string') pieces.push(item);
    else return { pieces, result: item };
  }
  return { pieces };
}
