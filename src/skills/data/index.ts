/** Skills of the data agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { dataProfile } from './data-profile.ts';
import { sqlSchema } from './sql-schema.ts';

export const dataSkills: readonly AnySkill[] = [dataProfile, sqlSchema];
