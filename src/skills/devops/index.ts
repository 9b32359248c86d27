/** Skills of the DevOps agent. */
import type { AnySkill } from '../../contracts/skill.ts';
import { containerLint } from './container-lint.ts';
import { infrastructureLint } from './infrastructure-lint.ts';
import { workflowLint } from './workflow-lint.ts';

/** The skills of operations. */
export const devopsSkills: readonly AnySkill[] = [workflowLint, containerLint, infrastructureLint];
