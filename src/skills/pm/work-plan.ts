/** Turns findings, or a request, into tasks with priorities, dependencies and a critical path. */

import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { type TaskPriority, TaskType } from '../../contracts/task.ts';
import { counted } from '../../shared/counted.ts';
import { digestOf, isPlainObject } from '../../shared/json.ts';
import { locate } from '../kit/finding.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel } from '../source/source-model.ts';
import { scheduleOf } from './critical-path.ts';
import { planFindings } from './plan-findings.ts';
import { planRequest, type RepositoryFacts } from './plan-request.ts';
import type { PlannedTask } from './planned-task.ts';

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const satisfies readonly TaskPriority[];

const input = z.object({}).loose();
const points = z.number();
const output = z.object({
  source: z.enum(['findings', 'request']),
  /** The shape of work that the request was taken for; null for a plan from findings. */
  shape: z.string().nullable(),
  /** Most pressing first, each after those it waits for. */
  tasks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      description: z.string(),
      taskType: z.enum(TaskType),
      priority: z.enum(PRIORITIES),
      agent: z.string(),
      acceptanceCriteria: z.array(z.string()),
      dependencies: z.array(z.string()),
      files: z.array(z.string()),
      findings: z.array(z.string()),
      wsjf: z.object({
        businessValue: points,
        timeCriticality: points,
        riskReduction: points,
        jobSize: points,
        score: points,
      }),
      schedule: z.object({
        earliestStart: points,
        earliestFinish: points,
        latestStart: points,
        slack: points,
        isCritical: z.boolean(),
      }),
    }),
  ),
  criticalPath: z.array(z.string()),
  totalSize: points,
  criticalPathSize: points,
  /** What the sizes mean. */
  estimate: z.string(),
});
type Output = z.infer<typeof output>;

/** Plans work from the findings of earlier skills or, without any, from the request. */
export const workPlan: Skill<z.infer<typeof input>, Output> = {
  name: 'work-plan',
  title: 'Work plan',
  description:
    'Makes a prioritised, acyclic task graph with acceptance criteria and a critical path from findings or from the request.',
  taskTypes: ['planning'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    const { title, description } = context.request;
    if (findingsOf(context).length > 0 || title.trim() !== '' || description.trim() !== '')
      return { status: 'available' };
    return { status: 'not-applicable', reason: 'There are neither findings nor a request to plan from.' };
  },
  async run(_input, context) {
    const { workspace, signal, request } = context;
    const model = await loadSources(workspace, signal);
    const sources = context.artifacts.filter(({ kind }) => kind !== 'work-plan');
    const findings = findingsOf(context);
    const evidence: Evidence[] = [];
    let shape: Output['shape'] = null;
    let planned: readonly PlannedTask[];
    if (findings.length > 0) {
      planned = planFindings(sources, model);
      evidence.push(...findings.slice(0, 40).map(({ location }) => location));
    } else {
      const facts = await factsOf(context, model);
      const plan = planRequest(request, facts.repository);
      planned = plan.tasks;
      shape = plan.shape;
      const digest = digestOf(`${request.title}\n${request.description}`);
      evidence.push(
        { type: 'document', id: 'request', title: request.title.slice(0, 200) || 'Request', digest },
        ...facts.evidence,
      );
    }
    // What is critical is expedited; the rest goes by weighted shortest job first.
    const byScore = [...planned].sort(
      (a, b) =>
        Number(b.priority === 'critical') - Number(a.priority === 'critical') ||
        b.wsjf.score - a.wsjf.score ||
        (a.id < b.id ? -1 : 1),
    );
    const schedule = scheduleOf(
      byScore.map(({ id, wsjf, dependencies }) => ({ id, duration: wsjf.jobSize, dependencies })),
    );
    const critical = new Set(schedule.criticalPath);
    const tasks = schedule.order.flatMap((id): Output['tasks'] => {
      const task = planned.find((one) => one.id === id);
      const times = schedule.times.get(id);
      if (task === undefined || times === undefined) return [];
      return [
        {
          ...task,
          acceptanceCriteria: [...task.acceptanceCriteria],
          dependencies: [...task.dependencies],
          files: [...task.files],
          findings: [...task.findings],
          schedule: { ...times, isCritical: critical.has(id) },
        },
      ];
    });
    const totalSize = tasks.reduce((sum, { wsjf }) => sum + wsjf.jobSize, 0);
    return {
      summary:
        `${counted(tasks.length, 'task')} from ${findings.length > 0 ? `${counted(findings.length, 'finding')}` : `the request, taken for work of the shape "${shape}"`}; ` +
        `the critical path has ${counted(schedule.criticalPath.length, 'task')} and ${schedule.duration} of ${counted(totalSize, 'point')}.`,
      data: {
        source: findings.length > 0 ? 'findings' : 'request',
        shape,
        tasks,
        criticalPath: [...schedule.criticalPath],
        totalSize,
        criticalPathSize: schedule.duration,
        estimate:
          findings.length > 0
            ? 'Sizes are points by the number of findings and files to touch; they are no hours.'
            : 'Sizes are points usual for the shape of the work; they are no hours, and nothing was measured.',
      },
      evidence,
    };
  },
};

function findingsOf({
  artifacts,
}: SkillContext): readonly SkillContext['artifacts'][number]['findings'][number][] {
  return artifacts.filter(({ kind }) => kind !== 'work-plan').flatMap(({ findings }) => findings);
}

async function factsOf(
  { workspace, signal }: SkillContext,
  model: SourceModel,
): Promise<{ readonly repository: RepositoryFacts; readonly evidence: readonly Evidence[] }> {
  const { files } = await workspace.list({ signal });
  const manifest = await workspace.read('package.json');
  const scripts = model.packages.find(({ path }) => path === 'package.json')?.json['scripts'];
  const hasScript = isPlainObject(scripts) && typeof scripts['test'] === 'string';
  return {
    repository: {
      testCommand: hasScript ? 'npm test' : undefined,
      hasTests: files.some(({ path }) =>
        /(?:^|\/)(?:tests?|__tests__|spec)\/|[._](?:test|spec)\.\w+$|(?:^|\/)test_\w+\.py$|_test\.go$/.test(
          path,
        ),
      ),
      hasDocs: files.some(({ path }) => /^docs?\//.test(path)),
      hasWorkflows: files.some(({ path }) => /^\.github\/workflows\/|^\.gitlab-ci\.ya?ml$/.test(path)),
    },
    evidence: manifest === undefined ? [] : [locate(manifest, 1)],
  };
}
