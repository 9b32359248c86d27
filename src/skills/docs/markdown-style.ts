/** A light look at how Markdown pages are written: levels of headings, headings that repeat, code without a language. */

import { z } from 'zod';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { loadPage } from './load-page.ts';
import type { Page } from './read-markdown.ts';

const MAX_PAGES = 1_000;
/** Up to so many findings of a rule stand for themselves. */
const MOST = 10;
const KEPT = 5;

const RULES = {
  skipped: {
    id: 'heading-level-skipped',
    severity: 'info',
    title: 'Heading that skips a level',
    help: 'Tables of contents and screen readers lose the thread. Go down one level at a time.',
  },
  duplicate: {
    id: 'duplicate-heading',
    severity: 'info',
    title: 'Two headings of one name under one heading',
    help: 'Readers and links cannot tell them apart. Name what each section is about.',
  },
  fence: {
    id: 'fence-without-language',
    severity: 'info',
    title: 'Code block without a language among blocks that have one',
    help: 'It is shown without colours, and tools pass it over. Name the language, or `text`.',
  },
} as const satisfies Record<string, RuleInfo>;

const input = z.object({}).loose();
const output = z.object({
  pages: z.number(),
  headings: z.number(),
  codeBlocks: z.number(),
  pagesNotParsed: z.array(z.string()),
  counts: z.object({ skipped: z.number(), duplicate: z.number(), fence: z.number() }),
});
type Output = z.infer<typeof output>;

/** Headings and code blocks of Markdown pages; everything it reports is a hint. */
export const markdownStyle: Skill<z.infer<typeof input>, Output> = {
  name: 'markdown-style',
  title: 'Markdown style',
  description:
    'Hints at skipped heading levels, repeated headings under one heading, and code blocks that lack a language.',
  taskTypes: ['documentation'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    if ((await pagesOf(context)).length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is no Markdown page.' };
  },
  async run(_input, context) {
    const pages: Page[] = [];
    const pagesNotParsed: string[] = [];
    for (const path of await pagesOf(context)) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(path);
      const page = file === undefined ? undefined : await loadPage(context.workspace, file);
      if (page === undefined) pagesNotParsed.push(path);
      else pages.push(page);
    }
    if (pages.length === 0) return notApplicable('No Markdown page could be parsed.');
    const found = {
      skipped: pages.flatMap(skippedLevels),
      duplicate: pages.flatMap(duplicateHeadings),
      fence: pages.flatMap(bareFences),
    };
    const findings = makeFindings(
      Object.values(found).flatMap((parts) =>
        gatherParts(parts, {
          most: MOST,
          kept: KEPT,
          message: (others) => `${others.length} more places are like this one.`,
        }),
      ),
    );
    const data: Output = {
      pages: pages.length,
      headings: pages.reduce((sum, { headings }) => sum + headings.length, 0),
      codeBlocks: pages.reduce((sum, page) => sum + fencesOf(page).length, 0),
      pagesNotParsed,
      counts: {
        skipped: found.skipped.length,
        duplicate: found.duplicate.length,
        fence: found.fence.length,
      },
    };
    return {
      summary: `${counted(data.pages, 'page')} with ${counted(data.headings, 'heading')} and ${counted(data.codeBlocks, 'code block')}; ${counted(findings.length, 'hint')}.`,
      data,
      findings,
      evidence: readEvidence(pages.map(({ file }) => file)),
    };
  },
};

async function pagesOf({ workspace, signal }: SkillContext): Promise<readonly string[]> {
  const { files } = await workspace.list({ signal });
  return files
    .filter(
      ({ path, language }) =>
        language === 'markdown' &&
        !/(?:^|\/)(?:__)?(?:fixtures?|snapshots?|testdata|test-data|vendor|third[_-]party)(?:__)?\//.test(
          path,
        ) &&
        // Forms and prompts begin where somebody else's heading ends.
        !/(?:^|\/)\.(?:github|gitlab|changeset)\//.test(path),
    )
    .map(({ path }) => path)
    .slice(0, MAX_PAGES);
}

/** Only headings written in Markdown: those in HTML are there for their looks. */
function markdownHeadings({ file, headings }: Page): Page['headings'] {
  return headings.filter(({ line }) => !/^\s{0,3}</.test((file.lines[line - 1] ?? '').slice(0, 50)));
}

function skippedLevels(page: Page): FindingParts[] {
  const { file, headings } = page;
  const written = new Set(markdownHeadings(page));
  return headings.flatMap((heading, index) => {
    const before = headings[index - 1];
    if (
      before === undefined ||
      !written.has(heading) ||
      !written.has(before) ||
      heading.depth <= before.depth + 1
    )
      return [];
    return [
      {
        rule: RULES.skipped,
        message: `A heading of level ${heading.depth} follows one of level ${before.depth}.`,
        suggestion: `Make it level ${before.depth + 1}.`,
        location: locate(file, heading.line),
      },
    ];
  });
}

function duplicateHeadings(page: Page): FindingParts[] {
  const { file } = page;
  // Histories repeat their headings for each version.
  if (/(?:^|\/)(?:change-?log|changes|history|releases?|news)[^/]*$/i.test(file.path)) return [];
  const above: { depth: number; children: Map<string, number> }[] = [{ depth: 0, children: new Map() }];
  return markdownHeadings(page).flatMap(({ text, depth, line }) => {
    while ((above.at(-1)?.depth ?? 0) >= depth) above.pop();
    const siblings = above.at(-1)?.children;
    above.push({ depth, children: new Map() });
    const key = `${depth}\n${text.trim().toLowerCase()}`;
    const first = siblings?.get(key);
    if (siblings === undefined || text.trim() === '') return [];
    if (first === undefined) {
      siblings.set(key, line);
      return [];
    }
    return [
      {
        rule: RULES.duplicate,
        message: `The heading "${text.trim().slice(0, 80)}" is already in line ${first}, under the same heading.`,
        location: locate(file, line),
        related: [locate(file, first)],
      },
    ];
  });
}

function fencesOf({ code }: Page): Page['code'] {
  return code.filter(({ language }) => language !== 'inline');
}

/** A first line that calls a program which hardly any prose begins with. */
const COMMAND =
  /^\s*(?:\$\s+)?(?:sudo\s+)?(?:curl|wget|npm|npx|pnpm|yarn|pip3?|python3?|docker|kubectl|git|cargo|psql|ssh)\s+[\w./-]/;

/** One hint for a page, and only where other blocks of the page do name their language. */
function bareFences(page: Page): FindingParts[] {
  const { file } = page;
  const fences = fencesOf(page);
  // Output, trees and drawings have no language; what reads like code should name it.
  const bare = fences.filter(
    ({ language, text, line }) =>
      language === '' &&
      /^\s*(?:>\s*)?(?:```|~~~)/.test((file.lines[line - 2] ?? '').slice(0, 50)) &&
      isCode(text),
  );
  const [first, ...others] = bare;
  if (first === undefined || !fences.some(({ language }) => language !== '')) return [];
  return [
    {
      rule: RULES.fence,
      message:
        others.length === 0
          ? 'This code block names no language; others of the page do.'
          : `This code block and ${others.length} more of the page name no language; others do.`,
      location: locate(file, first.line - 1),
      related: others.slice(0, 10).map(({ line }) => locate(file, line - 1)),
    },
  ];
}

function isCode(text: string): boolean {
  if (COMMAND.test(text.slice(0, 300))) return true;
  return text
    .slice(0, 5_000)
    .split('\n')
    .some((line) =>
      /^\s*(?:(?:const|let|var|import|export|function|class|return|def|from|if|for|async|await|public|private)\b.*[;:{()]|[\w.]+\(.*\);?\s*$|\{\s*$|"[\w-]+":\s)/.test(
        line.slice(0, 300),
      ),
    );
}
