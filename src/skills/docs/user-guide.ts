/** Outlines a user guide from the names that users meet: commands, scripts, settings, exports. Writes no text of its own. */
import { z } from 'zod';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { isPlainObject } from '../../shared/json.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel } from '../source/source-model.ts';
import { type Description, docCommentAbove, NameMentions } from './describe-names.ts';
import { describedInExample, namesInExample, readsOfModule, readsOfPython } from './environment-reads.ts';
import { loadPage } from './load-page.ts';
import type { Page } from './read-markdown.ts';
import { scriptMentions } from './script-mentions.ts';
import { publicExports } from './undocumented-exports.ts';

const MAX_PAGES = 500;
const MAX_ITEMS = 500;
/** Gaps of one kind that stand for themselves. */
const MOST_GAPS = 12;
const KINDS = ['command', 'script', 'setting', 'function', 'class'] as const;
type Kind = (typeof KINDS)[number];
const SECTIONS = [
  { title: 'Commands', kinds: ['command'] },
  { title: 'Scripts', kinds: ['script'] },
  { title: 'Settings', kinds: ['setting'] },
  { title: 'Programming interface', kinds: ['function', 'class'] },
] as const satisfies readonly { title: string; kinds: readonly Kind[] }[];

const GAP: RuleInfo = {
  id: 'guide-gap',
  severity: 'info',
  title: 'Something users meet that nothing describes',
  help: 'Neither a page nor an example file speaks of this command or setting. Write a sentence where users look for it.',
};

const input = z.object({}).loose();
const place = z.object({ path: z.string(), line: z.number() });
const item = z.object({
  name: z.string(),
  kind: z.enum(KINDS),
  path: z.string(),
  line: z.number(),
  /** What a script runs, or the module of a command; null for the others. */
  runs: z.string().nullable(),
  /** As it stands in the comment or page; null when nothing describes it. */
  description: z.string().nullable(),
  describedAt: place.nullable(),
});
const output = z.object({
  sections: z.array(z.object({ title: z.string(), items: z.array(item) })),
  /** `kind name path:line` of what nothing describes. */
  gaps: z.array(z.string()),
  figures: z.object({ items: z.number(), described: z.number(), pages: z.number() }),
});
type Output = z.infer<typeof output>;
type Item = z.infer<typeof item>;
type Found = Omit<Item, 'description' | 'describedAt' | 'path'> & {
  readonly file: TextFile;
  readonly description: Description | undefined;
};

/** An outline of what a guide has to cover, each with its place and what is already written about it. */
export const userGuide: Skill<z.infer<typeof input>, Output> = {
  name: 'user-guide',
  title: 'User guide outline',
  description:
    'Lists commands, scripts, settings and exports with their places and the descriptions that exist; names the gaps.',
  taskTypes: ['documentation'],
  sideEffects: 'read',
  rules: [GAP],
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    if (files.some(({ path, language }) => /(?:^|\/)package\.json$/.test(path) || language === 'python'))
      return { status: 'available' };
    const { modules } = await loadSources(context.workspace, context.signal);
    if (modules.size > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'There is neither a package.json nor a module to outline.' };
  },
  async run(_input, context) {
    const model = await loadSources(context.workspace, context.signal);
    const { pages, examples, python } = await readTexts(context);
    const mentions = new NameMentions(pages);
    const found = [
      ...(await packageItems(context, model, pages, mentions)),
      ...settings(model, python, examples, mentions),
      ...exportItems(model, mentions),
    ].slice(0, MAX_ITEMS);
    if (found.length === 0)
      return notApplicable('The repository has no command, script, setting or export that users meet.');
    const gaps = found.filter(({ description }) => description === undefined);
    const data: Output = {
      sections: SECTIONS.map(({ title, kinds }) => ({
        title,
        items: found.filter(({ kind }) => (kinds as readonly Kind[]).includes(kind)).map(itemOf),
      })).filter(({ items }) => items.length > 0),
      gaps: gaps.map(({ kind, name, file, line }) => `${kind} ${name} ${file.path}:${line}`),
      figures: { items: found.length, described: found.length - gaps.length, pages: pages.length },
    };
    // What a script does stands in the script itself, and exports without a comment are the matter of docs-check.
    const reported = SECTIONS.filter(({ title }) => title === 'Commands' || title === 'Settings');
    const listed = new Set(examples.flatMap(namesInExample));
    const parts = reported.flatMap(({ title, kinds }) => {
      const own = gaps
        .filter(({ kind, name }) => (kinds as readonly Kind[]).includes(kind) && !listed.has(name))
        .map(gapOf);
      return gatherParts(own, {
        most: MOST_GAPS,
        kept: 0,
        message: (others) =>
          `Nothing describes ${others.length} of the names under "${title}", this one among them.`,
      });
    });
    return {
      summary: `${data.figures.items} names that users meet: ${data.figures.described} are described, ${gaps.length} are not.`,
      data,
      findings: makeFindings(parts),
      evidence: readEvidence([...new Set(found.map(({ file }) => file))]),
    };
  },
};

function itemOf({ name, kind, file, line, runs, description }: Found): Item {
  return {
    name,
    kind,
    path: file.path,
    line,
    runs,
    description: description?.text ?? null,
    describedAt: description === undefined ? null : { path: description.path, line: description.line },
  };
}

const NOUNS: Readonly<Record<Kind, string>> = {
  command: 'command',
  script: 'script',
  setting: 'environment variable',
  function: 'public function',
  class: 'public class',
};

function gapOf({ kind, name, file, line }: Found): FindingParts {
  return {
    rule: GAP,
    message: `No comment and no page says what the ${NOUNS[kind]} \`${name}\` is for.`,
    suggestion: 'Describe it in a sentence.',
    location: locate(file, line),
  };
}

async function readTexts({ workspace, signal }: SkillContext): Promise<{
  readonly pages: readonly Page[];
  readonly examples: readonly TextFile[];
  readonly python: readonly TextFile[];
}> {
  const pages: Page[] = [];
  const examples: TextFile[] = [];
  const python: TextFile[] = [];
  for (const { path, language } of (await workspace.list({ signal })).files) {
    signal.throwIfAborted();
    const isExample =
      /(?:^|\/)\.?env[\w.-]*\.(?:example|sample|template|dist|defaults)$|(?:^|\/)\.env\.(?:example|sample)/.test(
        path,
      );
    const isPython =
      language === 'python' && !/(?:^|\/)(?:tests?|testdata|fixtures)\/|(?:^|\/)test_[^/]*$/.test(path);
    if (language !== 'markdown' && !isExample && !isPython) continue;
    if (
      language === 'markdown' &&
      (pages.length >= MAX_PAGES || /(?:^|\/)(?:change-?log|history)[^/]*$/i.test(path))
    )
      continue;
    const file = await workspace.read(path);
    if (file === undefined) continue;
    if (isExample) examples.push(file);
    else if (isPython) python.push(file);
    else {
      const page = await loadPage(workspace, file);
      if (page !== undefined) pages.push(page);
    }
  }
  return { pages, examples, python };
}

async function packageItems(
  { workspace }: SkillContext,
  { packages }: SourceModel,
  pages: readonly Page[],
  mentions: NameMentions,
): Promise<readonly Found[]> {
  const scripts = new Map<string, Description>();
  for (const page of pages)
    for (const { script, line } of scriptMentions(page))
      if (!scripts.has(script))
        scripts.set(script, {
          text: (page.file.lines[line - 1] ?? '').trim().slice(0, 300),
          path: page.file.path,
          line,
        });
  const found: Found[] = [];
  for (const { path, json, name: packageName } of packages) {
    if (/(?:^|\/)(?:fixtures?|testdata|examples?)\//.test(path)) continue;
    const file = await workspace.read(path);
    if (file === undefined) continue;
    const { bin, scripts: own } = json;
    const short = packageName?.replace(/^@[^/]*\//, '');
    const bins =
      typeof bin === 'string' && short !== undefined ? { [short]: bin } : isPlainObject(bin) ? bin : {};
    for (const [name, runs] of Object.entries(bins))
      if (typeof runs === 'string')
        found.push({
          name,
          kind: 'command',
          file,
          line: lineOfKey(file, typeof bin === 'string' ? 'bin' : name, 'bin'),
          runs: runs.slice(0, 300),
          description: mentions.find(name),
        });
    for (const [name, runs] of Object.entries(isPlainObject(own) ? own : {}))
      if (typeof runs === 'string' && !isLifecycle(name, own as object))
        found.push({
          name,
          kind: 'script',
          file,
          line: lineOfKey(file, name, 'scripts'),
          runs: runs.slice(0, 300),
          description: scripts.get(name),
        });
  }
  return found;
}

/** Scripts that npm runs by itself, before or after another. */
function isLifecycle(name: string, scripts: object): boolean {
  if (/^(?:pre|post)?(?:install|publish|pack|version)$|^(?:prepare|prepublishOnly|dependencies)$/.test(name))
    return true;
  const other = /^(?:pre|post)(.+)$/.exec(name)?.[1];
  return other !== undefined && Object.hasOwn(scripts, other);
}

/** The line of a key below another one; the first line when it is not found. */
function lineOfKey(file: TextFile, key: string, below: string): number {
  const start = file.lines.findIndex((line) => line.slice(0, 500).includes(`${JSON.stringify(below)}:`));
  const quoted = JSON.stringify(key);
  const at = file.lines.findIndex(
    (line, index) => index >= Math.max(0, start) && line.slice(0, 5_000).includes(quoted),
  );
  return at === -1 ? 1 : at + 1;
}

function settings(
  { modules }: SourceModel,
  python: readonly TextFile[],
  examples: readonly TextFile[],
  mentions: NameMentions,
): readonly Found[] {
  const described = new Map<string, Description>();
  for (const file of examples)
    for (const [name, description] of describedInExample(file))
      if (!described.has(name)) described.set(name, description);
  const found = new Map<string, Found>();
  const reads = [
    ...[...modules.values()].filter(({ isTest, isFixture }) => !isTest && !isFixture).flatMap(readsOfModule),
    ...python.flatMap(readsOfPython),
  ];
  for (const { name, file, line } of reads)
    if (!found.has(name))
      found.set(name, {
        name,
        kind: 'setting',
        file,
        line,
        runs: null,
        description: described.get(name) ?? mentions.find(name),
      });
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function exportItems(model: SourceModel, mentions: NameMentions): readonly Found[] {
  return publicExports(model).map(({ name, module, record }) => {
    const shown = name === 'default' ? (record.localName ?? name) : name;
    return {
      name: shown,
      kind: record.kind === 'class' ? ('class' as const) : ('function' as const),
      file: module.file,
      line: record.line,
      runs: null,
      description:
        docCommentAbove(module.file, record.line) ??
        // A comment may stand above the declaration, away from the export.
        (record.hasDocComment ? commentOfDeclaration(module.file, shown) : undefined) ??
        mentions.find(shown),
    };
  });
}

function commentOfDeclaration(file: TextFile, name: string): Description | undefined {
  const at = file.lines.findIndex(
    (line) =>
      /^\s*(?:export\s|async\s|function\b|class\b|const\b|let\b|abstract\s)/.test(line.slice(0, 200)) &&
      line
        .slice(0, 500)
        .split(/[^\w$]+/)
        .includes(name),
  );
  return at === -1 ? undefined : docCommentAbove(file, at + 1);
}
