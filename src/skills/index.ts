/** What agents can do without a model: give any of these to an agent of your own. */
import type { AnySkill } from '../contracts/skill.ts';
import { architectSkills } from './architect/index.ts';
import { dataSkills } from './data/index.ts';
import { devSkills } from './dev/index.ts';
import { devopsSkills } from './devops/index.ts';
import { docsSkills } from './docs/index.ts';
import { pmSkills } from './pm/index.ts';
import { qaSkills } from './qa/index.ts';
import { researchSkills } from './research/index.ts';
import { securitySkills } from './security/index.ts';

export { type FindingParts, locate, makeFindings } from './kit/finding.ts';
export { runSkill } from './kit/run-skill.ts';
export {
  architectSkills,
  dataSkills,
  devopsSkills,
  devSkills,
  docsSkills,
  pmSkills,
  qaSkills,
  researchSkills,
  securitySkills,
};

/** All of them. */
export const allSkills: readonly AnySkill[] = [
  ...pmSkills,
  ...architectSkills,
  ...devSkills,
  ...qaSkills,
  ...securitySkills,
  ...docsSkills,
  ...researchSkills,
  ...devopsSkills,
  ...dataSkills,
];
