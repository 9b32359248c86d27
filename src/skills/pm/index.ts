/** Skills of the pm agent. */
import type { AnySkill } from '../../contracts/skill.ts';

export const pmSkills: readonly AnySkill[] = [];
