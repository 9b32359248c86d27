/** Checks what is submitted, so that the backend only sees what makes sense. */
import type { SubmitOptions } from '../../contracts/backend.ts';
import { checkInteger, checkNumber, checkObject, checkText, checkTextArray } from '../../shared/check.ts';

/** Throws {@link InvalidArgumentError} naming the option. */
export function checkSubmission(name: string, options: SubmitOptions): void {
  checkText('name', name);
  checkObject('options', options);
  checkText('options.queue', options.queue);
  checkText('options.tenant', options.tenant);
  if (options.id !== undefined) checkText('options.id', options.id);
  if (options.priority !== undefined) checkNumber('options.priority', options.priority);
  if (options.delayMs !== undefined) checkNumber('options.delayMs', options.delayMs, 0);
  if (options.dependencies !== undefined) checkTextArray('options.dependencies', options.dependencies);
  if (options.dedupeKey !== undefined) checkText('options.dedupeKey', options.dedupeKey);
  if (options.timeoutMs !== undefined) checkInteger('options.timeoutMs', options.timeoutMs, 1);
}
