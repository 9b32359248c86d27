/** Sets a repository against a short list of usual practices of security. */

import { z } from 'zod';
import type { Skill } from '../../contracts/skill.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { loadSources } from '../source/load-sources.ts';
import { COMPLIANCE_RULES } from './compliance-rules.ts';
import { lookForPractices, type Practice } from './practices.ts';

const NOTHING = 'The folder holds no text file.';

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  practices: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      /** The list that asks for it, and the item in it. */
      source: z.string(),
      status: z.enum(['pass', 'fail', 'unknown', 'not-applicable']),
      note: z.string(),
      places: z.array(z.object({ path: z.string(), line: count })),
    }),
  ),
  passed: count,
  failed: count,
  unknown: count,
});

/** Practices with their sources. A finding only where failing is a fault here; the rest stands in the list. */
export const complianceCheck: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'compliance-check',
  title: 'Compliance check',
  description:
    'Checks usual practices of OpenSSF Scorecard and OWASP ASVS: policy, locks, pins, CI tests, secrets files, licences, owners.',
  taskTypes: ['security_review'],
  sideEffects: 'read',
  rules: Object.values(COMPLIANCE_RULES),
  input,
  output,
  async available({ workspace, signal }) {
    const { files } = await workspace.list({ signal });
    return files.length > 0 ? { status: 'available' } : { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, { workspace, signal }) {
    const { files } = await workspace.list({ signal });
    const model = await loadSources(workspace, signal);
    const practices = await lookForPractices({
      workspace,
      paths: files.map(({ path }) => path),
      manifest: model.packages.find(({ directory }) => directory === ''),
      manifestFile: await workspace.read('package.json'),
      hasTests: [...model.modules.values()].some(({ isTest, isFixture }) => isTest && !isFixture),
    });
    signal.throwIfAborted();
    const countOf = (status: Practice['status']): number =>
      practices.filter((one) => one.status === status).length;
    const data = {
      practices: practices.map(({ id, title, source, status, note, places }) => ({
        id,
        title,
        source,
        status,
        note,
        places: places.map(({ file, line }) => ({ path: file.path, line })),
      })),
      passed: countOf('pass'),
      failed: countOf('fail'),
      unknown: countOf('unknown'),
    };
    const parts = practices.flatMap(partsOf);
    const first = await workspace.read(files[0]?.path ?? '');
    const evidence = practices.flatMap(({ places }) =>
      places.map(({ file, line, mask = [] }) => locate(file, line, { mask })),
    );
    if (evidence.length === 0 && first === undefined)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    return {
      summary: `${data.passed} of ${counted(data.passed + data.failed + data.unknown, 'practice')} that apply are followed, ${data.failed} are not, ${data.unknown} can't be told; ${counted(parts.length, 'finding')}.`,
      data,
      findings: makeFindings(parts),
      evidence:
        evidence.length > 0 ? evidence.slice(0, 20) : readEvidence(first === undefined ? [] : [first]),
    };
  },
};

function partsOf({ title, source, status, note, places, severity }: Practice): FindingParts[] {
  const [first] = places;
  if (status !== 'fail' || severity === undefined || first === undefined) return [];
  return [
    {
      rule: COMPLIANCE_RULES.missing,
      severity,
      message: `${title} (${source}): ${note}`,
      location: locate(first.file, first.line, { mask: first.mask ?? [] }),
    },
  ];
}
