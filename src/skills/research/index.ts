/** Skills of the research agent. */
import type { AnySkill } from '../../contracts/skill.ts';

export const researchSkills: readonly AnySkill[] = [];
