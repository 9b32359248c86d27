/** Gets the `openai` package when it is first needed: it is optional, and takes a tenth of a second to load. */
import { OrchestratorError } from '../../shared/errors.ts';

export type OpenAIModule = typeof import('openai');

/** Rejects with `optional-package-missing`. */
export async function loadOpenAI(): Promise<OpenAIModule> {
  try {
    return await import('openai');
  } catch (error) {
    throw new OrchestratorError(
      'optional-package-missing',
      'A model behind an OpenAI-compatible endpoint needs the package openai: npm install openai@7',
      { cause: error, details: { package: 'openai' } },
    );
  }
}
