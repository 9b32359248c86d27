/** The checks of a GitLab pipeline: known stages, known needs, jobs that do something. */
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import type { WorkflowFacts } from './github-workflow.ts';
import { WORKFLOW_RULES } from './workflow-rules.ts';
import type { YamlDocument } from './yaml-file.ts';

const DEFAULT_STAGES = ['.pre', 'build', 'test', 'deploy', '.post'];
const RESERVED = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
  'types',
]);

/** Lints `.gitlab-ci.yml`. With `include`, stages and jobs may come from elsewhere, so that those checks are left out. */
export function lintGitLabPipeline(
  file: TextFile,
  documents: readonly YamlDocument[],
  parts: FindingParts[],
): WorkflowFacts {
  const document = documents.at(-1);
  const report = (line: number, message: string): void => {
    parts.push({ rule: WORKFLOW_RULES.syntax, message, location: locate(file, line) });
  };
  if (document === undefined || !document.isMap(document.root)) {
    report(1, 'The pipeline is not a mapping.');
    return { triggers: [], jobs: [], steps: 0, uses: [] };
  }
  const entries = document.entries(document.root);
  const isOpen = entries.some(({ key }) => key === 'include');
  const declared = document.texts(document.get(document.root, 'stages')).map(({ text }) => text);
  const stages = new Set(declared.length === 0 ? DEFAULT_STAGES : [...declared, '.pre', '.post']);
  const all = entries.filter(({ key }) => !RESERVED.has(key));
  const names = new Set(all.map(({ key }) => key));
  const jobs = all.filter(({ key }) => !key.startsWith('.'));
  for (const job of jobs) {
    if (!document.isMap(job.value)) {
      report(job.line, `Job \`${job.key}\` is not a mapping.`);
      continue;
    }
    if (isOpen) continue;
    const keys = new Set(document.entries(job.value).map(({ key }) => key));
    if (!['script', 'run', 'trigger', 'extends', 'inherit'].some((key) => keys.has(key))) {
      report(job.line, `Job \`${job.key}\` has neither \`script\` nor \`trigger\`.`);
    }
    const stage = document.entry(job.value, 'stage');
    const stageName = document.text(stage?.value);
    if (
      stage !== undefined &&
      stageName !== undefined &&
      !stageName.includes('$') &&
      !stages.has(stageName)
    ) {
      report(
        stage.line,
        `Job \`${job.key}\` is in the stage \`${stageName}\`, which \`stages\` does not list.`,
      );
    }
    for (const key of ['needs', 'dependencies', 'extends']) {
      for (const { text, line } of document.texts(document.get(job.value, key))) {
        if (!names.has(text) && !text.includes('$'))
          report(line, `Job \`${job.key}\` names \`${text}\` in \`${key}\`, which is no job here.`);
      }
    }
  }
  const steps = jobs.reduce((sum, job) => sum + document.texts(document.get(job.value, 'script')).length, 0);
  return { triggers: [], jobs: jobs.map(({ key }) => key), steps, uses: [] };
}
