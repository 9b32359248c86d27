/** What an architect can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { decisionRecords } from './decision-records.ts';
import { diagrams } from './diagrams.ts';
import { moduleGraph } from './module-graph.ts';
import { stackOverview } from './stack-overview.ts';

/** The skills of the architect. */
export const architectSkills: readonly AnySkill[] = [moduleGraph, stackOverview, diagrams, decisionRecords];
