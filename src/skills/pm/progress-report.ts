/** Reports how the work goes, from the commit log, notes for later and the results of earlier tasks. */

import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { createGit } from '../../process/git.ts';
import { counted } from '../../shared/counted.ts';
import { digestJson } from '../../shared/json.ts';
import { locate } from '../kit/finding.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { recordingRunner } from '../kit/recording-runner.ts';
import { loadSources } from '../source/load-sources.ts';
import { burndownOf, burndownPoint, type EarlierReport, earlierReport } from './burndown.ts';
import { areasOf, peopleOf, weeksOf } from './history-view.ts';
import { markersOf } from './markers.ts';

const MAX_COMMITS = 5_000;
const MAX_LISTED = 100;

const input = z.looseObject({
  /** Only commits from this time on. @default all */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Contents of earlier `report.json` files, in any order. */
  earlierReports: z.array(earlierReport).max(50).optional(),
});
const count = z.number();
const output = z.object({
  since: z.string().nullable(),
  commits: count,
  isHistoryTruncated: z.boolean(),
  firstCommit: z.string().nullable(),
  newestCommit: z.string().nullable(),
  filesTouched: count,
  added: count,
  deleted: count,
  weeks: z.array(
    z.object({
      week: z.string(),
      commits: count,
      authors: count,
      files: count,
      added: count,
      deleted: count,
    }),
  ),
  /** All of them; `authors` lists fifty at most. */
  authorCount: count,
  authors: z.array(
    z.object({
      author: z.string(),
      commits: count,
      added: count,
      deleted: count,
      firstCommit: z.string(),
      lastCommit: z.string(),
    }),
  ),
  areas: z.array(
    z.object({
      area: z.string(),
      commits: count,
      added: count,
      deleted: count,
      people: z.array(z.object({ author: z.string(), commits: count, share: count })),
    }),
  ),
  markers: z.object({
    total: count,
    files: z.array(z.object({ path: z.string(), markers: count, line: count })),
  }),
  /** Empty without an earlier report. */
  burndown: z.array(burndownPoint),
  /** Artifacts of the tasks before this one. */
  results: z.array(
    z.object({
      skill: z.string(),
      agent: z.string(),
      status: z.string(),
      findings: count,
      summary: z.string(),
    }),
  ),
});
type Output = z.infer<typeof output>;

/** Commits, people, areas and lines by week; open notes; findings from report to report. */
export const progressReport: Skill<z.infer<typeof input>, Output> = {
  name: 'progress-report',
  title: 'Progress report',
  description:
    'Counts commits, authors, files and lines by week and area, open notes for later, and findings since earlier reports.',
  taskTypes: ['planning'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    if (!(await createGit(context.runner, context.workspace.root).isRepository()))
      return { status: 'not-applicable', reason: 'The folder has no git history to report progress from.' };
    if ((await context.runner.which('git')) !== undefined) return { status: 'available' };
    return { status: 'unavailable', reason: 'git is not installed or may not run; install git.' };
  },
  async run({ since, earlierReports = [] }, context) {
    const { runner, commands } = recordingRunner(context.runner);
    const log = await createGit(runner, context.workspace.root).log({
      limit: MAX_COMMITS,
      signal: context.signal,
    });
    const from = since === undefined ? -Infinity : Date.parse(since);
    const commits = log.commits.filter(({ time }) => time >= from);
    const markers = await openMarkers(context);
    const times = commits.map(({ time }) => time).sort((a, b) => a - b);
    const changes = commits.flatMap(({ files }) => files);
    const data: Output = {
      since: since ?? null,
      commits: commits.length,
      isHistoryTruncated: log.isTruncated || log.commits.length >= MAX_COMMITS,
      firstCommit: isoOf(times[0]),
      newestCommit: isoOf(times.at(-1)),
      filesTouched: new Set(changes.map(({ path }) => path)).size,
      added: changes.reduce((sum, { added }) => sum + added, 0),
      deleted: changes.reduce((sum, { deleted }) => sum + deleted, 0),
      weeks: [...weeksOf(commits)],
      authorCount: new Set(commits.map(({ authorName }) => authorName)).size,
      authors: [...peopleOf(commits)],
      areas: areasOf(commits).map((area) => ({ ...area, people: [...area.people] })),
      markers: markers.data,
      burndown: earlierReports.length === 0 ? [] : burndownOf(earlierReports, context.artifacts),
      results: context.artifacts.slice(0, MAX_LISTED).map(({ skill, agent, status, findings, summary }) => ({
        skill,
        agent,
        status,
        findings: findings.length,
        summary: summary.slice(0, 300),
      })),
    };
    const evidence: Evidence[] = [...commands, ...earlierReports.map(documentOf), ...markers.evidence];
    if (commits.length === 0) {
      const reason =
        since === undefined ? 'The repository has no commit yet.' : `No commit was written since ${since}.`;
      return notApplicable(reason, evidence);
    }
    return { summary: summaryOf(data), data, evidence };
  },
};

function summaryOf({
  commits,
  authorCount,
  firstCommit,
  newestCommit,
  filesTouched,
  added,
  deleted,
  markers,
  burndown,
}: Output): string {
  const last = burndown.at(-1);
  const change =
    last === undefined || last.resolved === null
      ? ''
      : ` Since the report before, ${last.resolved} findings were resolved and ${last.added} came up.`;
  return (
    `${counted(commits, 'commit')} by ${counted(authorCount, 'author')} from ${day(firstCommit)} to ${day(newestCommit)} changed ` +
    `${counted(filesTouched, 'file')} (+${added}, -${deleted} lines); ${counted(markers.total, 'note')} for later ${markers.total === 1 ? 'is' : 'are'} open.${change}`
  );
}

const day = (iso: string | null): string => iso?.slice(0, 10) ?? 'never';

function isoOf(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

function documentOf(report: EarlierReport, index: number): Evidence {
  return {
    type: 'document',
    id: `earlier-report-${index + 1}`,
    title: `Report of ${report.createdAt}`,
    digest: digestJson(report),
  };
}

async function openMarkers({ workspace, signal }: SkillContext): Promise<{
  readonly data: Output['markers'];
  readonly evidence: readonly Evidence[];
}> {
  const { modules } = await loadSources(workspace, signal);
  const files: Output['markers']['files'] = [];
  const evidence: Evidence[] = [];
  for (const { path } of (await workspace.list({ signal })).files) {
    signal.throwIfAborted();
    const module = modules.get(path);
    const file = module?.isFixture === true ? undefined : await workspace.read(path);
    if (file === undefined) continue;
    const found = markersOf(file, module);
    const first = found[0];
    if (first === undefined) continue;
    files.push({ path, markers: found.length, line: first.line });
    if (evidence.length < 20) evidence.push(locate(file, first.line));
  }
  files.sort((a, b) => b.markers - a.markers || (a.path < b.path ? -1 : 1));
  return {
    data: { total: files.reduce((sum, { markers }) => sum + markers, 0), files: files.slice(0, MAX_LISTED) },
    evidence,
  };
}
