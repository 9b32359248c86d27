/** The rules of the architect's skills. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const IMPORT_CYCLE: RuleInfo = {
  id: 'import-cycle',
  severity: 'warning',
  title: 'Modules import each other in a circle',
  help: 'Modules of a cycle load in an order that depends on who is imported first, and can only be changed together. Move what both need to a third module, or pass it in.',
};

export const UNRESOLVED_IMPORT: RuleInfo = {
  id: 'unresolved-import',
  severity: 'error',
  title: 'An import leads to no file',
  help: 'Loading the module fails. Correct the path, or add the missing file.',
};
