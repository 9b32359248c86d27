/** Skills of the research agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { citedSearch } from './cited-search.ts';
import { dependencyFacts } from './dependency-facts.ts';

/** The skills of research. */
export const researchSkills: readonly AnySkill[] = [citedSearch, dependencyFacts];
