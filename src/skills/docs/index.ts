/** What the documentation agent can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { docsCheck } from './docs-check.ts';

/** The skills of the documentation agent. */
export const docsSkills: readonly AnySkill[] = [docsCheck];
