/** What the security agent can do without a model. */
import type { AnySkill } from '../../contracts/skill.ts';
import { codeScan } from './code-scan.ts';
import { complianceCheck } from './compliance-check.ts';
import { sbom } from './sbom.ts';
import { secretScan } from './secret-scan.ts';
import { threatModel } from './threat-model.ts';

/** The skills of the security agent. */
export const securitySkills: readonly AnySkill[] = [secretScan, codeScan, complianceCheck, sbom, threatModel];
