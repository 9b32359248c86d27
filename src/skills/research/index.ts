/** Skills of the research agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { citedSearch } from './cited-search.ts';
import { comparison } from './comparison.ts';
import { dependencyFacts } from './dependency-facts.ts';
import { knowledgeUpkeep } from './knowledge-upkeep.ts';

/** The skills of research. */
export const researchSkills: readonly AnySkill[] = [
  citedSearch,
  dependencyFacts,
  knowledgeUpkeep,
  comparison,
];
