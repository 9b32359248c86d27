/** What a developer can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { codeHealth } from './code-health.ts';
import { reviewDiff } from './review-diff.ts';
import { safeFixes } from './safe-fixes.ts';
import { typeErrors } from './type-errors.ts';

export { applySafeFixes } from './apply-fixes.ts';

/** The skills of development. */
export const devSkills: readonly AnySkill[] = [codeHealth, reviewDiff, safeFixes, typeErrors];
