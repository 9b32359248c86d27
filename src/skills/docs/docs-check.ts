/** Checks that the documentation is true: links lead somewhere, scripts exist, public names are described. */

import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { WorkspaceFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { loadSources } from '../source/load-sources.ts';
import { LinkChecker } from './check-links.ts';
import { DOCS_RULES } from './docs-rules.ts';
import { KnownScripts } from './known-scripts.ts';
import { loadPage } from './load-page.ts';
import type { Page } from './read-markdown.ts';
import { readmeFacts } from './readme-facts.ts';
import { scriptMentions } from './script-mentions.ts';
import { type PublicExport, publicExports } from './undocumented-exports.ts';

const MAX_PAGES = 2000;
/** Where more public names lack a comment than this, comments are no custom there: one finding says so. */
const MOST_UNDOCUMENTED = 20;
const MAX_LISTED = 1000;

const count = z.number().int();
const readme = z.object({
  path: z.string(),
  install: z.boolean(),
  usage: z.boolean(),
  test: z.boolean(),
  license: z.boolean(),
  contributing: z.boolean(),
  codeBlocks: count,
});
const input = z.object({}).loose();
const output = z.object({
  pages: count,
  pagesNotParsed: z.array(z.string()),
  links: z.object({ total: count, local: count, external: count, broken: count }),
  scriptsMentioned: count,
  readme: readme.nullable(),
  publicExports: z.object({
    total: count,
    documented: count,
    /** `path:line name`, at most a thousand. */
    undocumented: z.array(z.string()),
  }),
});

/** Links, anchors, package scripts and doc comments of public names. */
export const docsCheck: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'docs-check',
  title: 'Documentation check',
  description:
    'Checks links, anchors and commands of Markdown pages, and doc comments of what packages export.',
  taskTypes: ['documentation', 'code_review'],
  sideEffects: 'read',
  rules: Object.values(DOCS_RULES),
  input,
  output,
  async available(context) {
    const pages = await pagesOf(context);
    if (pages.length > 0) return { status: 'available' };
    const { modules } = await loadSources(context.workspace, context.signal);
    if (modules.size > 0) return { status: 'available' };
    return {
      status: 'not-applicable',
      reason: 'There is neither a Markdown page nor a JavaScript or TypeScript module.',
    };
  },
  async run(_input, context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    const paths = files.map(({ path }) => path);
    const listed = new Set(paths);
    const model = await loadSources(context.workspace, context.signal);
    const { pages, notParsed } = await readPages(context);
    const links = await checkLinks(context, listed, pages);
    const scripts = checkScripts(pages, new KnownScripts(model.packages, listed));
    const names = publicExports(model);
    const undocumented = names.filter(({ record }) => !record.hasDocComment);
    const parts: FindingParts[] = [...links.parts, ...scripts.parts];
    parts.push(
      ...gatherParts(undocumented.map(describeUndocumented), {
        most: MOST_UNDOCUMENTED,
        kept: 0,
        message: () =>
          `${undocumented.length} of ${names.length} public functions and classes have no doc comment, this one among them.`,
      }),
    );
    const main = pages.find(({ file }) => /^readme\.(?:md|markdown)$/i.test(file.path));
    const read = [...pages.map(({ file }) => file), ...new Set(names.map(({ module }) => module.file))];
    const evidence = readEvidence(
      read.length > 0 ? read : [...model.modules.values()].map(({ file }) => file),
    );
    if (evidence.length === 0) {
      const reason = 'No page and no module could be read.';
      return { status: 'not-applicable', reason, summary: reason, data: emptyData(notParsed), evidence };
    }
    const data = {
      pages: pages.length,
      pagesNotParsed: notParsed,
      links: links.figures,
      scriptsMentioned: scripts.total,
      readme: main === undefined ? null : readmeFacts(main, paths),
      publicExports: {
        total: names.length,
        documented: names.length - undocumented.length,
        undocumented: undocumented
          .slice(0, MAX_LISTED)
          .map(({ name, module, record }) => `${module.path}:${record.line} ${name}`),
      },
    };
    return { summary: summaryOf(data, scripts.parts.length), data, findings: makeFindings(parts), evidence };
  },
};

function describeUndocumented({ name, module, record }: PublicExport): FindingParts {
  const sort = record.kind === 'class' ? 'class' : 'function';
  const shown = name === 'default' ? (record.localName ?? 'the default export') : name;
  return {
    rule: DOCS_RULES['undocumented-export'],
    message: `The public ${sort} ${shown} has no doc comment.`,
    location: locate(module.file, record.line),
    suggestion: 'Say in a sentence above it what it does.',
  };
}

async function pagesOf({ workspace, signal }: SkillContext): Promise<WorkspaceFile[]> {
  const { files } = await workspace.list({ signal });
  return files
    .filter(({ path, language }) => language === 'markdown' && !isTestData(path))
    .slice(0, MAX_PAGES);
}

function isTestData(path: string): boolean {
  return /(?:^|\/)(?:__)?(?:fixtures?|snapshots?|testdata|test-data)(?:__)?\//.test(path);
}

async function readPages(context: SkillContext): Promise<{ pages: Page[]; notParsed: string[] }> {
  const pages: Page[] = [];
  const notParsed: string[] = [];
  for (const { path } of await pagesOf(context)) {
    context.signal.throwIfAborted();
    const file = await context.workspace.read(path);
    const page = file === undefined ? undefined : await loadPage(context.workspace, file);
    if (page === undefined) notParsed.push(path);
    else pages.push(page);
  }
  return { pages, notParsed };
}

interface CheckedLinks {
  readonly parts: FindingParts[];
  readonly figures: { total: number; local: number; external: number; broken: number };
}

async function checkLinks(
  { workspace, signal }: SkillContext,
  listed: ReadonlySet<string>,
  pages: readonly Page[],
): Promise<CheckedLinks> {
  const checker = new LinkChecker(workspace, listed, new Map(pages.map((page) => [page.file.path, page])));
  const parts: FindingParts[] = [];
  const figures = { total: 0, local: 0, external: 0, broken: 0 };
  for (const page of pages) {
    signal.throwIfAborted();
    const seen = new Set<string>();
    for (const link of page.links) {
      const outcome = await checker.check(page, link);
      figures.total += 1;
      figures[outcome.type === 'external' ? 'external' : 'local'] += 1;
      const key = `${link.line}\n${link.url}`;
      if ((outcome.type !== 'missing-file' && outcome.type !== 'missing-anchor') || seen.has(key)) continue;
      seen.add(key);
      figures.broken += 1;
      const isFile = outcome.type === 'missing-file';
      parts.push({
        rule: DOCS_RULES[isFile ? 'broken-link' : 'broken-anchor'],
        message: isFile
          ? `The ${link.sort === 'image' ? 'picture' : 'link'} ${link.url.slice(0, 200)} leads to ${outcome.target.slice(0, 200)}, which does not exist.`
          : `The link ${link.url.slice(0, 200)} leads to no heading of ${outcome.target}.`,
        location: locate(page.file, link.line, { column: link.column }),
        suggestion: isFile
          ? 'Correct the path or remove the link.'
          : 'Use the anchor of an existing heading.',
      });
    }
  }
  return { parts, figures };
}

function checkScripts(pages: readonly Page[], known: KnownScripts): { parts: FindingParts[]; total: number } {
  const parts: FindingParts[] = [];
  let total = 0;
  for (const page of pages) {
    // A history and past decisions speak of scripts that were.
    if (
      /(?:^|\/)(?:change-?log|history|releases?|migrat\w*|upgrad\w*)[^/]*$|(?:^|\/)(?:adrs?|decisions|archive)\//i.test(
        page.file.path,
      )
    )
      continue;
    const seen = new Set<string>();
    for (const mention of scriptMentions(page)) {
      total += 1;
      const manifest = known.missingFrom(page.file.path, mention);
      if (manifest === undefined || seen.has(`${mention.line} ${mention.script}`)) continue;
      seen.add(`${mention.line} ${mention.script}`);
      parts.push({
        rule: DOCS_RULES['missing-script'],
        message: `\`${mention.command}\` is documented, but ${manifest.path} has no script \`${mention.script}\`.`,
        location: locate(page.file, mention.line),
        suggestion: 'Add the script or correct its name.',
      });
    }
  }
  return { parts, total };
}

function summaryOf({ pages, links, publicExports: names }: z.infer<typeof output>, missing: number): string {
  return (
    `${counted(pages, 'page')} with ${links.local} local links, ${links.broken} of them broken; ${missing} missing scripts; ` +
    `${names.documented} of ${names.total} public functions and classes have a doc comment.`
  );
}

function emptyData(pagesNotParsed: string[]): z.infer<typeof output> {
  return {
    pages: 0,
    pagesNotParsed,
    links: { total: 0, local: 0, external: 0, broken: 0 },
    scriptsMentioned: 0,
    readme: null,
    publicExports: { total: 0, documented: 0, undocumented: [] },
  };
}
