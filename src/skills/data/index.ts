/** Skills of the data agent. */
import type { AnySkill } from '../../contracts/skill.ts';

export const dataSkills: readonly AnySkill[] = [];
