/** Reviews what changed: findings on changed lines alone, published names that broke, changes without a test. */

import { z } from 'zod';
import type { Finding } from '../../contracts/artifact.ts';
import { SEVERITIES } from '../../contracts/artifact.ts';
import type { AnySkill, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { createGitDiff, type GitDiff } from '../../process/git-diff.ts';
import { counted } from '../../shared/counted.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { containerLint } from '../devops/container-lint.ts';
import { infrastructureLint } from '../devops/infrastructure-lint.ts';
import { workflowLint } from '../devops/workflow-lint.ts';
import { docsCheck } from '../docs/docs-check.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { recordingRunner } from '../kit/recording-runner.ts';
import { runSkill } from '../kit/run-skill.ts';
import { testReview } from '../qa/test-review.ts';
import { codeScan } from '../security/code-scan.ts';
import { secretScan } from '../security/secret-scan.ts';
import { isTestPath } from '../source/classify-path.ts';
import { loadSources } from '../source/load-sources.ts';
import { loadParser } from '../source/parse-source.ts';
import { breakingChanges } from './breaking-changes.ts';
import { blobId, type ChangedFile, changesBetween } from './changed-files.ts';
import { changesWithoutTest, untestedParts } from './changes-without-test.ts';
import { codeHealth } from './code-health.ts';
import { DIFF_RULES } from './diff-rules.ts';

/** Whose findings are looked through. */
const REVIEWING: readonly AnySkill[] = [
  codeHealth,
  codeScan,
  secretScan,
  testReview,
  workflowLint,
  containerLint,
  infrastructureLint,
  docsCheck,
];
const MAX_LISTED = 500;
/** Places where a small change can do much. */
const RISKY: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/,
    'locked dependencies',
  ],
  [
    /(?:^|\/)(?:package\.json|pyproject\.toml|requirements[\w.-]*\.txt|go\.mod|Cargo\.toml)$/,
    'dependencies and scripts',
  ],
  [/^\.github\/(?:workflows|actions)\/|(?:^|\/)\.gitlab-ci\.yml$/, 'what the pipeline runs'],
  [
    /(?:^|\/)(?:Dockerfile|Containerfile)[\w.-]*$|(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/i,
    'what is deployed',
  ],
  [/(?:^|\/)migrations?\/|\.sql$/i, 'the shape of stored data'],
  [
    /(?:^|\/)(?:auth|authentication|authorization|security|crypto|permissions?|payments?|billing)(?:\/|[.-])/i,
    'who may do what',
  ],
  [/(?:^|\/)\.env(?:\.|$)/, 'settings and secrets'],
];

const count = z.number().int();
const input = z.object({ base: z.string().optional(), head: z.string().optional() }).loose();
const place = { path: z.string(), line: count };
const output = z.object({
  base: z.string(),
  /** `null`: the files of the workspace, committed or not. */
  head: z.string().nullable(),
  files: z.array(
    z.object({
      path: z.string(),
      status: z.enum(['added', 'deleted', 'modified']),
      added: count,
      removed: count,
      isTest: z.boolean(),
    }),
  ),
  fileCount: count,
  addedLines: count,
  removedLines: count,
  findings: z.array(
    z.object({
      skill: z.string(),
      rule: z.string(),
      severity: z.enum(SEVERITIES),
      ...place,
      message: z.string(),
    }),
  ),
  breaking: z.array(z.object({ path: z.string(), name: z.string(), what: z.string() })),
  withoutTest: z.array(z.string()),
  risky: z.array(z.object({ path: z.string(), why: z.string() })),
  skills: z.array(z.object({ skill: z.string(), status: z.string() })),
  /** Changed files whose content is not what the workspace holds, so that no finding can be told. */
  notReviewed: z.array(z.string()),
  notCompared: z.array(z.string()),
});
type Output = z.infer<typeof output>;

/** A review of a change. Findings of other skills stand in `data`: they are theirs to report. */
export const reviewDiff: Skill<z.infer<typeof input>, Output> = {
  name: 'review-diff',
  title: 'Review of changes',
  description:
    'Reviews what changed against HEAD, or from `base` to `head`: findings on changed lines, broken names, missing tests.',
  taskTypes: ['code_review'],
  sideEffects: 'read',
  rules: Object.values(DIFF_RULES),
  input,
  output,
  async available({ workspace, signal }) {
    const facts = await workspace.git({ signal });
    if (facts?.head !== undefined) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no git history to compare with.' };
  },
  async run({ base = 'HEAD', head }, context) {
    const { workspace, signal } = context;
    const { runner, commands } = recordingRunner(context.runner);
    const git = createGitDiff(runner, workspace.root);
    const commitOf = async (revision: string): Promise<string> => {
      const commit = await git.resolve(revision, { signal });
      if (commit !== undefined) return commit;
      throw new OrchestratorError('not-found', `There is no commit ${revision}.`, { details: { revision } });
    };
    const headCommit = head === undefined ? undefined : await commitOf(head);
    const named = await commitOf(base);
    // What happened on the base meanwhile is not part of the change.
    const from =
      headCommit === undefined ? named : ((await git.mergeBase(named, headCommit, { signal })) ?? named);
    const changes = await changesBetween({ git, workspace, base: from, head: headCommit, signal });
    const data = factsOf(from, headCommit, changes.files, changes.notCompared);
    if (changes.files.length === 0) {
      const reason = `Nothing that can be compared has changed since ${from.slice(0, 12)}.`;
      return { status: 'not-applicable', reason, summary: reason, data, evidence: [] };
    }
    const model = await loadSources(workspace, signal);
    const parse = await loadParser();
    const { files } = await workspace.list({ signal });
    const parts: FindingParts[] = [];
    const broken = breakingChanges(
      changes.files,
      model,
      files.map(({ path }) => path),
      parse,
    );
    data.breaking = broken.slice(0, MAX_LISTED).map(({ path, name, what }) => ({ path, name, what }));
    for (const { at, line, what, isManifest = false } of broken) {
      const file = await workspace.read(at);
      // What the workspace holds is a place of the change only where it is what the change leads to.
      const isCurrent =
        headCommit === undefined ||
        (isManifest
          ? await holdsSame(git, headCommit, file, signal)
          : changes.files.some((one) => one.file === file));
      if (file !== undefined && isCurrent)
        parts.push({
          rule: DIFF_RULES.breaking,
          message: what,
          location: locate(file, Math.min(line, file.lines.length)),
        });
    }
    const untested = changesWithoutTest(changes.files, model, parse);
    data.withoutTest = untested.slice(0, MAX_LISTED).map(({ path }) => path);
    parts.push(...untestedParts(untested));
    await addFindings(data, changes.files, context);
    const places = changes.files.flatMap(({ file }) => (file === undefined ? [] : [file]));
    return {
      summary: summaryOf(data),
      data,
      findings: makeFindings(parts),
      evidence: [...commands.slice(0, 10), ...readEvidence(places)],
    };
  },
};

/** Whether a commit holds a file as the workspace does. */
async function holdsSame(
  git: GitDiff,
  commit: string,
  file: TextFile | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (file === undefined) return false;
  const blob = (await git.tree(commit, { signal })).find(({ path }) => path === file.path)?.blob;
  return blob !== undefined && blob === blobId(file.text, blob.length);
}

function factsOf(
  base: string,
  head: string | undefined,
  changed: readonly ChangedFile[],
  notCompared: readonly string[],
): Output {
  const files = changed.map(({ path, status, hunks }) => ({
    path,
    status,
    added: hunks.reduce((sum, { afterCount }) => sum + afterCount, 0),
    removed: hunks.reduce((sum, { beforeCount }) => sum + beforeCount, 0),
    isTest: isTestPath(path),
  }));
  return {
    base,
    head: head ?? null,
    files,
    fileCount: files.length,
    addedLines: files.reduce((sum, { added }) => sum + added, 0),
    removedLines: files.reduce((sum, { removed }) => sum + removed, 0),
    findings: [],
    breaking: [],
    withoutTest: [],
    risky: changed.flatMap(({ path }) => {
      const why = isTestPath(path) ? undefined : RISKY.find(([pattern]) => pattern.test(path))?.[1];
      return why === undefined ? [] : [{ path, why }];
    }),
    skills: [],
    notReviewed: changed.flatMap(({ path, status, file }) =>
      status !== 'deleted' && file === undefined ? [path] : [],
    ),
    notCompared: notCompared.slice(0, MAX_LISTED),
  };
}

async function addFindings(
  data: Output,
  changed: readonly ChangedFile[],
  context: SkillContext,
): Promise<void> {
  const byPath = new Map(
    changed.flatMap((one) => (one.file === undefined ? [] : [[one.path, one] as const])),
  );
  for (const skill of REVIEWING) {
    context.signal.throwIfAborted();
    const known = context.artifacts.find((one) => one.skill === skill.name && one.status === 'done');
    const { status, findings } = known ?? (await runSkill(skill, {}, context, { agent: 'review-diff' }));
    data.skills.push({ skill: skill.name, status });
    for (const { rule, severity, message, location } of findings) {
      if (data.findings.length >= MAX_LISTED || !isChanged(location, byPath.get(location.path))) continue;
      data.findings.push({
        skill: skill.name,
        rule,
        severity,
        path: location.path,
        line: location.line,
        message,
      });
    }
  }
}

/** Where it begins counts: what spans a whole file is not of the change's making. */
function isChanged({ line }: Finding['location'], changed: ChangedFile | undefined): boolean {
  return (
    changed?.hunks.some(
      ({ afterStart, afterCount }) => line >= afterStart && line < afterStart + afterCount,
    ) ?? false
  );
}

function summaryOf(data: Output): string {
  const { fileCount, addedLines, removedLines, findings, breaking, withoutTest, skills } = data;
  const failed = skills.filter(({ status }) => status === 'failed').map(({ skill }) => skill);
  const gap = failed.length === 0 ? '' : ` ${failed.join(', ')} failed, so that its findings are missing.`;
  return `${counted(fileCount, 'file')} changed (+${addedLines} −${removedLines}): ${counted(findings.length, 'finding')} on changed lines, ${counted(breaking.length, 'breaking change')}, ${counted(withoutTest.length, 'module')} without a changed test.${gap}`;
}
