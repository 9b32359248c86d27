/** The rule of the compliance check. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const COMPLIANCE_RULES = {
  missing: {
    id: 'practice-missing',
    severity: 'info',
    title: 'A usual practice of security is missing',
    help: 'The message names the practice and the list that asks for it. Follow it, or write down why it does not apply.',
  },
} as const satisfies Record<string, RuleInfo>;
