/** The model that a configuration speaks of. */
import type { OrchestratorConfig } from '../config/load-config.ts';
import type { ModelClient } from '../contracts/model.ts';
import { checkObject } from '../shared/check.ts';
import { OpenAIModelClient } from './openai/openai-client.ts';

/**
 * A client of the endpoint in `config.llm`; undefined when it names neither a key nor a base URL. Nothing is loaded or
 * sent before the first call.
 */
export function modelFromConfig(config: Pick<OrchestratorConfig, 'llm'>): ModelClient | undefined {
  checkObject('config.llm', checkObject('config', config)['llm']);
  const { apiKey, baseUrl, model, maxTokens, temperature } = config.llm;
  if (apiKey === undefined && baseUrl === undefined) return undefined;
  return new OpenAIModelClient({
    model,
    maxTokens,
    temperature,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  });
}
