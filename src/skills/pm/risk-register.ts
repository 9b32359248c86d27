/** Collects what endangers the work: old notes, files that always change, knowledge in one head, open findings. */

import { z } from 'zod';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { createGit } from '../../process/git.ts';
import type { GitLog } from '../../process/git-log.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel } from '../source/source-model.ts';
import { authorsOf, busFactor, churnOf, type FileChurn, isWrittenCode } from './change-history.ts';
import { timeOfLine } from './line-time.ts';
import { type Marker, markersOf } from './markers.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Of many old notes only the oldest stand for themselves. */
const MOST_MARKERS = 25;
const KEPT_MARKERS = 15;
const OLD_DAYS = 90;
const MAX_COMMITS = 2_000;
const MAX_BLAMED = 100;
const MAX_LISTED = 200;

const RULES = {
  marker: {
    id: 'old-marker',
    severity: 'warning',
    title: 'Note for later that is older than 90 days',
    help: 'Nobody comes back to such notes. Do it, make it a task, or delete the note.',
  },
  hotspot: {
    id: 'change-hotspot',
    severity: 'warning',
    title: 'Large file that keeps changing',
    help: 'It is in 3 of 100 commits or more, and its commits times its size stand out by two standard deviations. Split it along its reasons to change, and test it first.',
  },
} as const satisfies Record<string, RuleInfo>;

const input = z.object({}).loose();
const scale = z.number().int().min(1).max(5);
const output = z.object({
  commits: z.number(),
  isHistoryTruncated: z.boolean(),
  newestCommit: z.string().nullable(),
  authors: z.number(),
  busFactor: z.number(),
  churn: z.array(
    z.object({
      path: z.string(),
      commits: z.number(),
      lines: z.number(),
      score: z.number(),
      isHotspot: z.boolean(),
    }),
  ),
  markers: z.array(
    z.object({
      path: z.string(),
      line: z.number(),
      word: z.string(),
      text: z.string(),
      ageDays: z.number().nullable(),
    }),
  ),
  risks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      category: z.enum(['quality', 'change', 'people', 'security']),
      probability: scale,
      impact: scale,
      /** probability × impact. */
      score: z.number(),
      evidence: z.array(z.string()),
      mitigation: z.string(),
    }),
  ),
});
type Output = z.infer<typeof output>;
type Risk = Output['risks'][number];

/** Makes a risk register from comments, the commit log and the findings of other skills. Ages count back from the newest commit. */
export const riskRegister: Skill<z.infer<typeof input>, Output> = {
  name: 'risk-register',
  title: 'Risk register',
  description:
    'Rates risks by evidence: notes older than 90 days, files that change most, bus factor, serious findings so far.',
  taskTypes: ['planning', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.length === 0) return { status: 'not-applicable', reason: 'The folder has no text file.' };
    if (!(await createGit(context.runner, context.workspace.root).isRepository()))
      return { status: 'available' };
    if ((await context.runner.which('git')) !== undefined) return { status: 'available' };
    return { status: 'unavailable', reason: 'git is not installed or may not run; install git.' };
  },
  async run(_input, context) {
    const { workspace, signal, runner } = context;
    const git = createGit(runner, workspace.root);
    const model = await loadSources(workspace, signal);
    const files = await readFiles(context);
    const noted = markedFiles(files, model);
    const log: GitLog | undefined = (await git.isRepository())
      ? await git.log({ limit: MAX_COMMITS, signal })
      : undefined;
    const commits = log?.commits ?? [];
    const newest = commits.length === 0 ? undefined : Math.max(...commits.map(({ time }) => time));
    const parts: FindingParts[] = [];
    const old: { readonly part: FindingParts; readonly ageDays: number }[] = [];
    const markers: Output['markers'] = [];
    for (const [index, { file, found }] of noted.entries()) {
      signal.throwIfAborted();
      const blame =
        newest === undefined || index >= MAX_BLAMED ? undefined : await git.blame(file.path, { signal });
      for (const { word, line, text } of found) {
        const time = timeOfLine(blame, line, file.lines[line - 1]);
        const ageDays =
          time === undefined || newest === undefined
            ? null
            : Math.max(0, Math.floor((newest - time) / DAY_MS));
        markers.push({ path: file.path, line, word, text, ageDays });
        if (ageDays === null || ageDays <= OLD_DAYS) continue;
        // What has run on a database stays as it ran.
        if (/(?:^|\/)migrations?\/.*\.sql$/.test(file.path)) continue;
        const part = {
          rule: RULES.marker,
          message: `This ${word} is ${ageDays} days older than the newest commit.`,
          suggestion: 'Do it now, turn it into a task, or delete it.',
          location: locate(file, line),
        };
        old.push({ part, ageDays });
      }
    }
    const oldestFirst = [...old].sort((a, b) => b.ageDays - a.ageDays).map(({ part }) => part);
    parts.push(
      ...gatherParts(oldestFirst, {
        most: MOST_MARKERS,
        kept: KEPT_MARKERS,
        message: (others) =>
          `${others.length} more notes for later are older than ${OLD_DAYS} days, this one among them.`,
      }),
    );
    const written = new Map(
      files.filter(({ path }) => isWrittenCode(path)).map(({ path, lines }) => [path, countLines(lines)]),
    );
    const churn = churnOf(commits, written);
    for (const row of churn.filter(({ isHotspot }) => isHotspot)) {
      const file = files.find(({ path }) => path === row.path);
      if (file === undefined) continue;
      parts.push({
        rule: RULES.hotspot,
        message: `${row.commits} of ${commits.length} commits change this file of ${row.lines} lines.`,
        suggestion: 'Cover it with tests, then split it along the reasons for which it changes.',
        location: locate(file, 1, { endLine: Math.max(1, row.lines) }),
      });
    }
    const authors = authorsOf(commits);
    const data: Output = {
      commits: commits.length,
      isHistoryTruncated: log !== undefined && (log.isTruncated || commits.length >= MAX_COMMITS),
      newestCommit: newest === undefined ? null : new Date(newest).toISOString(),
      authors: authors.length,
      busFactor: busFactor(authors),
      churn: churn.slice(0, 20).map((row) => ({ ...row })),
      markers: markers.slice(0, MAX_LISTED),
      risks: [],
    };
    data.risks.push(...risksOf({ data, churn, model, context, files: written.size }));
    const findings = makeFindings(parts);
    const cited = noted.slice(0, 20).map(({ file, found }) => locate(file, found[0]?.line ?? 1));
    const churned = churn.slice(0, 5).flatMap(({ path }) => files.find((file) => file.path === path) ?? []);
    const evidence = [...cited, ...churned.map((file) => locate(file, 1))];
    if (newest === undefined) {
      const reason = 'The folder has no git history, so that nothing can be said about age and change.';
      return {
        status: 'not-applicable',
        reason,
        summary: `${reason} ${counted(markers.length, 'note for later', 'notes for later')} were found.`,
        data,
        evidence,
      };
    }
    return {
      summary: `${counted(data.risks.length, 'risk')}; ${counted(commits.length, 'commit')} by ${counted(authors.length, 'author')}, ${counted(markers.length, 'note for later', 'notes for later')}, ${counted(findings.length, 'finding')}.`,
      data,
      findings,
      evidence: evidence.length > 0 ? evidence : files.slice(0, 1).map((file) => locate(file, 1)),
    };
  },
};

/** Lines with text; what follows the last line break is no line. */
function countLines(lines: readonly string[]): number {
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}

interface NotedFile {
  readonly file: TextFile;
  readonly found: readonly Marker[];
}

function markedFiles(files: readonly TextFile[], model: SourceModel): readonly NotedFile[] {
  return files.flatMap((file) => {
    const module = model.modules.get(file.path);
    const found = module?.isFixture === true ? [] : markersOf(file, module);
    return found.length === 0 ? [] : [{ file, found }];
  });
}

async function readFiles({ workspace, signal }: SkillContext): Promise<readonly TextFile[]> {
  const { files } = await workspace.list({ signal });
  const texts: TextFile[] = [];
  for (const { path } of files) {
    signal.throwIfAborted();
    const file = await workspace.read(path);
    if (file !== undefined) texts.push(file);
  }
  return texts;
}

function risksOf({
  data,
  churn,
  model,
  context,
  files,
}: {
  readonly data: Output;
  readonly churn: readonly FileChurn[];
  readonly model: SourceModel;
  readonly context: SkillContext;
  readonly files: number;
}): readonly Risk[] {
  const risks: Risk[] = [];
  const add = (risk: Omit<Risk, 'score'>): void => {
    risks.push({ ...risk, score: risk.probability * risk.impact });
  };
  for (const { path, commits, lines } of churn.filter(({ isHotspot }) => isHotspot)) {
    const fanIn = model.modules.has(path) ? model.graph.metrics(path).fanIn : 0;
    const share = commits / Math.max(1, data.commits);
    add({
      id: `hotspot:${path}`,
      title: `Changes to ${path} break something`,
      category: 'change',
      probability: share >= 0.5 ? 5 : share >= 0.25 ? 4 : 3,
      impact: fanIn >= 10 ? 5 : fanIn >= 3 ? 4 : 3,
      evidence: [
        `${commits} of ${counted(data.commits, 'commit')}`,
        `${counted(lines, 'line')}`,
        `imported by ${counted(fanIn, 'module')}`,
      ],
      mitigation: 'Test it, then split it along its reasons to change.',
    });
  }
  if (data.busFactor === 1 && data.commits >= 10 && files > 0) {
    add({
      id: 'bus-factor',
      title:
        data.authors === 1
          ? 'All of the code was written by one person'
          : 'One person made more than half of the commits',
      category: 'people',
      probability: data.authors === 1 ? 4 : 3,
      impact: 4,
      evidence: [
        `bus factor 1 over ${counted(data.commits, 'commit')} by ${counted(data.authors, 'author')}`,
      ],
      mitigation: 'Review in pairs and write down what only that person knows.',
    });
  }
  const old = data.markers.filter(({ ageDays }) => ageDays !== null && ageDays > OLD_DAYS);
  if (old.length > 0) {
    add({
      id: 'old-markers',
      title: 'Known gaps are forgotten',
      category: 'quality',
      probability: old.length >= 10 ? 4 : 3,
      impact: old.some(({ word }) => word === 'FIXME' || word === 'HACK') ? 3 : 2,
      evidence: old.slice(0, 10).map(({ path, line, ageDays }) => `${path}:${line} (${ageDays} days)`),
      mitigation: 'Turn each into a task or delete it.',
    });
  }
  const open = context.artifacts
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === 'critical' || severity === 'error');
  for (const severity of ['critical', 'error'] as const) {
    const found = open.filter((finding) => finding.severity === severity);
    if (found.length === 0) continue;
    add({
      id: `open-${severity}`,
      title: `${found.length} open findings of severity ${severity}`,
      category: severity === 'critical' ? 'security' : 'quality',
      probability: severity === 'critical' ? 4 : 3,
      impact: severity === 'critical' ? 5 : 4,
      evidence: found.slice(0, 10).map(({ rule, location }) => `${rule} ${location.path}:${location.line}`),
      mitigation: 'Resolve them before the next release.',
    });
  }
  return risks.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
