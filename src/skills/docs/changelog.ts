/** Drafts the next entry of a changelog from the commits since the last tag. */
import { z } from 'zod';
import type { Skill } from '../../contracts/skill.ts';
import { createGit } from '../../process/git.ts';
import type { GitMessage } from '../../process/git-messages.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { recordingRunner } from '../kit/recording-runner.ts';
import { type ConventionalCommit, readConventional } from './conventional-commit.ts';

const MAX_COMMITS = 2_000;
const SECTIONS = ['breaking', 'added', 'fixed', 'performance', 'reverted', 'other'] as const;
type Section = (typeof SECTIONS)[number];
const HEADINGS: Readonly<Record<Section, string>> = {
  breaking: 'Breaking changes',
  added: 'Added',
  fixed: 'Fixed',
  performance: 'Performance',
  reverted: 'Reverted',
  other: 'Other',
};
/** Types that say nothing to those who use the program. */
const INTERNAL = new Set([
  'chore',
  'ci',
  'test',
  'tests',
  'style',
  'build',
  'refactor',
  'docs',
  'release',
  'wip',
]);

const input = z.looseObject({
  /** Stands over the draft. @default 'Unreleased' */
  version: z.string().trim().min(1).max(60).optional(),
});
const change = z.object({
  hash: z.string(),
  type: z.string().nullable(),
  scope: z.string().nullable(),
  description: z.string(),
  author: z.string(),
  date: z.string(),
  breakingNote: z.string().nullable(),
});
const output = z.object({
  /** Null when the repository has no tag, so that all commits count. */
  since: z.object({ tag: z.string(), hash: z.string() }).nullable(),
  commits: z.number(),
  isTruncated: z.boolean(),
  /** How many keep the convention. */
  conventional: z.number(),
  breaking: z.number(),
  /** By semantic versioning; null without a commit of the convention. */
  suggestedBump: z.enum(['major', 'minor', 'patch']).nullable(),
  sections: z.array(z.object({ section: z.enum(SECTIONS), changes: z.array(change) })),
  /** Commits of types that users do not notice. */
  leftOut: z.array(z.object({ hash: z.string(), subject: z.string() })),
  /** Markdown. */
  draft: z.string(),
});
type Output = z.infer<typeof output>;
type Change = z.infer<typeof change>;

/** What changed since the last tag, each line with the commit it comes from. */
export const changelog: Skill<z.infer<typeof input>, Output> = {
  name: 'changelog',
  title: 'Changelog draft',
  description:
    'Sorts the commits since the last tag by Conventional Commits into a changelog draft; every line names its commit.',
  taskTypes: ['documentation'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    if (!(await createGit(context.runner, context.workspace.root).isRepository()))
      return { status: 'not-applicable', reason: 'The folder has no git history to draft a changelog from.' };
    if ((await context.runner.which('git')) !== undefined) return { status: 'available' };
    return { status: 'unavailable', reason: 'git is not installed or may not run; install git.' };
  },
  async run({ version = 'Unreleased' }, context) {
    const { runner, commands } = recordingRunner(context.runner);
    const git = createGit(runner, context.workspace.root);
    const { signal } = context;
    const tag = await git.latestTag({ signal });
    const messages = await git.messages({
      limit: MAX_COMMITS,
      signal,
      ...(tag === undefined ? {} : { since: tag.hash }),
    });
    if (messages.length === 0) {
      return notApplicable(
        tag === undefined
          ? 'The repository has no commit yet.'
          : `Nothing was committed since the tag ${tag.name}.`,
        commands,
      );
    }
    const read = messages.map((message) => ({
      message,
      commit: readConventional(message.subject, message.body),
    }));
    const bySection = new Map<Section, Change[]>(SECTIONS.map((section) => [section, []]));
    const leftOut: Output['leftOut'] = [];
    for (const { message, commit } of read) {
      const section = sectionOf(commit, message.subject);
      if (section === undefined) leftOut.push({ hash: message.hash, subject: message.subject.slice(0, 200) });
      else bySection.get(section)?.push(changeOf(message, commit));
    }
    const sections = [...bySection]
      .filter(([, changes]) => changes.length > 0)
      .map(([section, changes]) => ({ section, changes }));
    const conventional = read.filter(({ commit }) => commit.type !== null);
    const breaking = read.filter(({ commit }) => commit.isBreaking).length;
    const data: Output = {
      since: tag === undefined ? null : { tag: tag.name, hash: tag.hash },
      commits: messages.length,
      isTruncated: messages.length >= MAX_COMMITS,
      conventional: conventional.length,
      breaking,
      suggestedBump:
        breaking > 0
          ? 'major'
          : conventional.length === 0
            ? null
            : conventional.some(({ commit }) => commit.type === 'feat')
              ? 'minor'
              : 'patch',
      sections,
      leftOut: leftOut.slice(0, 500),
      draft: draftOf(version, sections),
    };
    return {
      summary:
        `${messages.length} commits since ${tag === undefined ? 'the beginning' : tag.name}, ${conventional.length} by the convention, ` +
        `${breaking} breaking; ${leftOut.length} that users do not notice are left out.`,
      data,
      evidence: commands,
    };
  },
};

function sectionOf({ type, isBreaking }: ConventionalCommit, subject: string): Section | undefined {
  if (isBreaking) return 'breaking';
  if (type === 'feat' || type === 'feature') return 'added';
  if (type === 'fix' || type === 'bugfix' || type === 'hotfix') return 'fixed';
  if (type === 'perf') return 'performance';
  if (type === 'revert' || (type === null && /^Revert "/.test(subject))) return 'reverted';
  return type !== null && INTERNAL.has(type) ? undefined : 'other';
}

function changeOf({ hash, authorName, time }: GitMessage, commit: ConventionalCommit): Change {
  return {
    hash,
    type: commit.type,
    scope: commit.scope,
    description: commit.description.slice(0, 300),
    author: authorName,
    date: new Date(time).toISOString().slice(0, 10),
    breakingNote: commit.breakingNote,
  };
}

function draftOf(version: string, sections: Output['sections']): string {
  const lines = [`## ${plain(version)}`];
  for (const { section, changes } of sections) {
    lines.push('', `### ${HEADINGS[section]}`, '');
    for (const { scope, description, hash, breakingNote } of changes) {
      lines.push(
        `- ${scope === null ? '' : `**${plain(scope)}:** `}${plain(description)} (${hash.slice(0, 10)})`,
      );
      if (breakingNote !== null) lines.push(`  ${plain(breakingNote)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** One line whose text shows as it is: no HTML, links or emphasis out of a stranger's message. Code stays code. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\<>[\]*_]/g, (character) => `\\${character}`);
}
