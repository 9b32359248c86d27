/** Checks what a caller asks a list for. */
import type { RunFilter } from '../../contracts/backend.ts';
import { checkInteger, checkObject } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { checkName } from './names.ts';

/** Throws `invalid-argument`. */
export function checkRunFilter(filter: RunFilter): RunFilter {
  checkObject('filter', filter);
  const { tenant, after, limit = Infinity } = filter;
  checkName('filter.tenant', tenant);
  if (after !== undefined) checkName('filter.after', after);
  if (limit !== Infinity) checkInteger('filter.limit', limit, 1);
  return filter;
}

/** The page before ended with a run that is not there, or no more. */
export function unknownPage(after: string): OrchestratorError {
  const message = `There is no run "${after}" of this tenant to list after; begin with the first page again.`;
  return new OrchestratorError('not-found', message, { details: { after } });
}
