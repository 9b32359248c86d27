/** What the documentation agent can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { changelog } from './changelog.ts';
import { docsCheck } from './docs-check.ts';
import { markdownStyle } from './markdown-style.ts';
import { userGuide } from './user-guide.ts';

/** The skills of the documentation agent. */
export const docsSkills: readonly AnySkill[] = [docsCheck, userGuide, changelog, markdownStyle];
