/** The one shape in which journalled work is done, whoever keeps the journal. */
import type { StepContext } from '../../contracts/backend.ts';
import type { JsonValue } from '../../shared/json.ts';

export type StepFunction = <T extends JsonValue>(
  key: string,
  work: (step: StepContext) => Promise<T>,
  options?: { readonly fingerprint?: string },
) => Promise<T>;
