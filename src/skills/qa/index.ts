/** What the quality assurance agent can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { coverage } from './coverage.ts';
import { runTests } from './run-tests.ts';
import { testPlan } from './test-plan.ts';
import { testReview } from './test-review.ts';

/** The skills of the quality assurance agent. */
export const qaSkills: readonly AnySkill[] = [testReview, testPlan, runTests, coverage];
