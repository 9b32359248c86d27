/** Estimates how long given tasks take together, with probabilities instead of one figure. */

import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { createGit } from '../../process/git.ts';
import { counted } from '../../shared/counted.ts';
import { digestJson } from '../../shared/json.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { recordingRunner } from '../kit/recording-runner.ts';
import { scheduleOf } from './critical-path.ts';
import { FEWEST_SAMPLES, type HistorySpread, spreadOf } from './history-spread.ts';
import { deviationOf, expectedOf, quantileOf, simulate, type ThreePoints } from './pert.ts';

/** Tasks times rounds: about a second of work. */
const MAX_DRAWS = 5_000_000;
const MAX_COMMITS = 5_000;

const points = z.number().min(0).max(1e9);
const task = z
  .object({
    id: z.string().trim().min(1).max(200),
    optimistic: points.optional(),
    likely: points,
    pessimistic: points.optional(),
    dependencies: z.array(z.string().max(200)).max(500).default([]),
  })
  .refine(
    ({ optimistic, likely, pessimistic }) =>
      (optimistic ?? likely) <= likely && likely <= (pessimistic ?? likely),
    'Expected optimistic ≤ likely ≤ pessimistic',
  );
const input = z
  .looseObject({
    tasks: z.array(task).max(500).optional(),
    /** What the numbers count. @default 'days' */
    unit: z.string().trim().min(1).max(40).optional(),
    /** Rounds of the simulation. @default 10_000, fewer with more than 500 tasks times rounds in millions */
    rounds: z.number().int().min(100).max(200_000).optional(),
    /** The same seed gives the same figures. @default 1 */
    seed: z.number().int().min(0).max(4_294_967_295).optional(),
    /** Whether tasks without optimistic and pessimistic points get them from the commit log. @default 'given' */
    spread: z.enum(['given', 'history']).optional(),
  })
  .superRefine(({ tasks = [] }, { addIssue }) => {
    const ids = new Set<string>();
    for (const { id } of tasks) {
      if (ids.has(id)) addIssue({ code: 'custom', message: `Two tasks have the id ${id}`, path: ['tasks'] });
      ids.add(id);
    }
    for (const { id, dependencies } of tasks)
      for (const one of dependencies)
        if (!ids.has(one) || one === id)
          addIssue({
            code: 'custom',
            message: `Task ${id} depends on ${one}, which is no other task`,
            path: ['tasks'],
          });
  });
const figure = z.number();
const output = z.object({
  unit: z.string(),
  seed: z.number(),
  rounds: z.number(),
  p50: figure,
  p80: figure,
  p95: figure,
  mean: figure,
  /** With every task at its expected duration. */
  expectedPath: z.array(z.string()),
  expectedDuration: figure,
  tasks: z.array(
    z.object({
      id: z.string(),
      optimistic: figure,
      likely: figure,
      pessimistic: figure,
      spread: z.enum(['given', 'history']),
      expected: figure,
      deviation: figure,
      /** In which share of the rounds its delay would have delayed the whole. */
      criticalProbability: figure,
    }),
  ),
  history: z.object({ samples: z.number(), optimisticFactor: figure, pessimisticFactor: figure }).nullable(),
  method: z.string(),
});
type Output = z.infer<typeof output>;
type GivenTask = z.infer<typeof task>;

/** PERT and Monte Carlo over tasks that are given; the seed is part of the result. */
export const estimate: Skill<z.infer<typeof input>, Output> = {
  name: 'estimate',
  title: 'Estimate',
  description:
    'Simulates given tasks with three-point durations; gives P50, P80, P95 and how likely each task is critical.',
  taskTypes: ['planning'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  available: async () => ({ status: 'available' }),
  async run({ tasks = [], unit = 'days', rounds = 10_000, seed = 1, spread = 'given' }, context) {
    if (tasks.length === 0)
      return notApplicable(
        'No tasks are given to estimate: a task of your own can pass `tasks` (id, optimistic, likely, pessimistic) in `metadata.skillInputs.estimate`.',
      );
    const open = tasks.filter((one) => one.optimistic === undefined || one.pessimistic === undefined);
    const evidence: Evidence[] = [
      { type: 'document', id: 'input', title: 'Tasks given as input', digest: digestJson(tasks) },
    ];
    let history: HistorySpread | undefined;
    if (open.length > 0) {
      if (spread === 'given')
        return notApplicable(
          `${open.length} of ${counted(tasks.length, 'task')} ${open.length === 1 ? 'has' : 'have'} no optimistic or pessimistic duration, ${open[0]?.id} among them; give both, or \`spread: 'history'\` to measure them in git's history.`,
        );
      const measured = await measure(context);
      history = measured.history;
      if (history === undefined)
        return notApplicable(
          `The spread can't be measured: the history has fewer than ${FEWEST_SAMPLES} pairs of commits of similar size in one sitting.`,
        );
      evidence.push(...measured.evidence);
    }
    const complete = tasks.map((one) => completed(one, history));
    const played = Math.max(100, Math.min(rounds, Math.floor(MAX_DRAWS / tasks.length)));
    const { totals, criticality } = await simulate(complete, {
      rounds: played,
      seed,
      signal: context.signal,
    });
    const schedule = scheduleOf(
      complete.map((one) => ({ id: one.id, duration: expectedOf(one), dependencies: one.dependencies })),
    );
    const openIds = new Set(open.map(({ id }) => id));
    const data: Output = {
      unit,
      seed,
      rounds: played,
      p50: round(quantileOf(totals, 0.5)),
      p80: round(quantileOf(totals, 0.8)),
      p95: round(quantileOf(totals, 0.95)),
      mean: round(totals.reduce((sum, total) => sum + total, 0) / totals.length),
      expectedPath: [...schedule.criticalPath],
      expectedDuration: round(schedule.duration),
      tasks: complete.map((one) => ({
        id: one.id,
        optimistic: one.optimistic,
        likely: one.likely,
        pessimistic: one.pessimistic,
        spread: openIds.has(one.id) ? ('history' as const) : ('given' as const),
        expected: round(expectedOf(one)),
        deviation: round(deviationOf(one)),
        criticalProbability: round(criticality.get(one.id) ?? 0),
      })),
      history: history ?? null,
      method:
        'Each round draws every task from a PERT-beta distribution, independently, and takes the longest chain; nobody is short of hands.',
    };
    return {
      summary: `${counted(tasks.length, 'task')} ${tasks.length === 1 ? 'takes' : 'take'} ${data.p50} ${unit} or less in half of ${played} rounds, ${data.p80} in 80 %, ${data.p95} in 95 % (seed ${seed}).`,
      data,
      evidence,
    };
  },
};

function completed(given: GivenTask, history: HistorySpread | undefined): ThreePoints {
  const { id, likely, dependencies } = given;
  return {
    id,
    likely,
    dependencies,
    optimistic: given.optimistic ?? round(likely * (history?.optimisticFactor ?? 1)),
    pessimistic: given.pessimistic ?? round(likely * (history?.pessimisticFactor ?? 1)),
  };
}

async function measure({ workspace, runner: bare, signal }: SkillContext): Promise<{
  readonly history: HistorySpread | undefined;
  readonly evidence: readonly Evidence[];
}> {
  const { runner, commands } = recordingRunner(bare);
  const git = createGit(runner, workspace.root);
  if (!(await git.isRepository()) || (await bare.which('git')) === undefined)
    return { history: undefined, evidence: [] };
  const { commits } = await git.log({ limit: MAX_COMMITS, signal });
  return { history: spreadOf(commits), evidence: commands };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
