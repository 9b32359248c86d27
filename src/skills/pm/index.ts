/** Skills of the project manager agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { estimate } from './estimate.ts';
import { progressReport } from './progress-report.ts';
import { riskRegister } from './risk-register.ts';
import { workPlan } from './work-plan.ts';

/** The skills of planning. */
export const pmSkills: readonly AnySkill[] = [workPlan, riskRegister, progressReport, estimate];
