/** The rules of the review of changes. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const DIFF_RULES = {
  breaking: {
    id: 'breaking-change',
    severity: 'warning',
    title: 'A published name is gone or asks for more',
    help: 'Code that uses the package breaks with this change. Keep the old form beside the new one, or raise the major version and say so.',
  },
  untested: {
    id: 'change-without-test',
    severity: 'info',
    title: 'A change that no changed test reaches',
    help: 'Nothing shows that the new behaviour is the wanted one. Add or change a test that reaches the module.',
  },
} as const satisfies Record<string, RuleInfo>;
