/** Skills of the data agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { dataProfile } from './data-profile.ts';
import { postgresSchema } from './postgres-schema.ts';
import { schemaInsights } from './schema-insights.ts';
import { sqlSchema } from './sql-schema.ts';

/** The skills of data work. */
export const dataSkills: readonly AnySkill[] = [dataProfile, sqlSchema, postgresSchema, schemaInsights];
