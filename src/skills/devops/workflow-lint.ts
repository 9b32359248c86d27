/** Reads CI definitions (GitHub Actions, composite actions, GitLab CI) for faults that break a run or let strangers in. */

import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { lintGitHubAction, lintGitHubWorkflow, type WorkflowFacts } from './github-workflow.ts';
import { lintGitLabPipeline } from './gitlab-pipeline.ts';
import { WORKFLOW_RULES } from './workflow-rules.ts';
import { parseYamlFile } from './yaml-file.ts';

const MAX_FILES = 100;

const input = z.object({}).loose();
const output = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['github-workflow', 'github-action', 'gitlab-pipeline']),
      triggers: z.array(z.string()),
      jobs: z.array(z.string()),
      steps: z.number(),
      uses: z.array(z.string()),
    }),
  ),
});

type Kind = z.infer<typeof output>['files'][number]['kind'];

/** Lints every CI definition of the workspace. */
export const workflowLint: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'workflow-lint',
  title: 'CI workflow check',
  description:
    'Checks GitHub workflows, composite actions and GitLab pipelines: syntax, script injection, pins, permissions.',
  taskTypes: ['devops', 'security_review', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(WORKFLOW_RULES),
  input,
  output,
  async available(context) {
    const found = await definitions(context);
    if (found.length > 0) return { status: 'available' };
    return {
      status: 'not-applicable',
      reason: 'There is no CI definition (.github/workflows, action.yml, .gitlab-ci.yml).',
    };
  },
  async run(_input, context) {
    const parts: FindingParts[] = [];
    const files: z.infer<typeof output>['files'] = [];
    const read: TextFile[] = [];
    for (const { path, kind } of (await definitions(context)).slice(0, MAX_FILES)) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(path);
      if (file === undefined) continue;
      const { documents, problems } = await parseYamlFile(file);
      let facts: WorkflowFacts = { triggers: [], jobs: [], steps: 0, uses: [] };
      if (problems.length > 0) {
        for (const { line, column, message } of problems.slice(0, 5)) {
          parts.push({ rule: WORKFLOW_RULES.syntax, message, location: locate(file, line, { column }) });
        }
      } else if (kind === 'gitlab-pipeline') {
        facts = lintGitLabPipeline(file, documents, parts);
      } else {
        const document = documents[0];
        if (kind === 'github-action') {
          const found = document === undefined ? undefined : lintGitHubAction(file, document, parts);
          if (found === undefined) continue;
          facts = found;
        } else {
          facts = lintGitHubWorkflow(file, document, parts);
        }
      }
      read.push(file);
      files.push({ path, kind, ...copyFacts(facts) });
    }
    const findings = makeFindings(parts);
    if (read.length === 0) {
      return {
        status: 'not-applicable',
        summary: 'No CI definition could be read.',
        data: { files },
        evidence: [],
      };
    }
    const jobs = files.reduce((sum, file) => sum + file.jobs.length, 0);
    return {
      summary: `${counted(files.length, 'CI definition')} with ${counted(jobs, 'job')} were read; ${counted(findings.length, 'finding')}.`,
      data: { files },
      findings,
      evidence: read.slice(0, 20).map((file) => locate(file, 1)),
    };
  },
};

function copyFacts(facts: WorkflowFacts): {
  triggers: string[];
  jobs: string[];
  steps: number;
  uses: string[];
} {
  return {
    triggers: [...facts.triggers],
    jobs: [...facts.jobs],
    steps: facts.steps,
    uses: [...new Set(facts.uses)].sort((a, b) => (a < b ? -1 : 1)),
  };
}

async function definitions(context: SkillContext): Promise<readonly { path: string; kind: Kind }[]> {
  const { files } = await context.workspace.list({ signal: context.signal });
  return files.flatMap(({ path }): { path: string; kind: Kind }[] => {
    if (/^\.github\/workflows\/[^/]+\.ya?ml$/i.test(path)) return [{ path, kind: 'github-workflow' }];
    if (/(?:^|\/)action\.ya?ml$/.test(path)) return [{ path, kind: 'github-action' }];
    if (/^\.gitlab-ci\.ya?ml$/.test(path)) return [{ path, kind: 'gitlab-pipeline' }];
    return [];
  });
}
