/** Tells what a repository is made of: languages by lines, and frameworks and tools with the line that shows each. */
import { z } from 'zod';
import type { LocationEvidence } from '../../contracts/artifact.ts';
import type { Skill } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { locate } from '../kit/finding.ts';
import { declaredPackages } from './manifest-packages.ts';
import { factOfPackage, factsOfFile, type StackFact } from './stack-facts.ts';

const MAX_EVIDENCE = 40;
const MAX_MANIFESTS = 200;
/** Lock files and the like are data: their lines tell nothing of the code. */
const NOT_COUNTED =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|[^/]+\.lock|go\.sum)$/;

const input = z.object({}).loose();
const output = z.object({
  fileCount: z.number(),
  lineCount: z.number(),
  isTruncated: z.boolean(),
  skippedCount: z.number(),
  languages: z.array(
    z.object({ language: z.string(), files: z.number(), lines: z.number(), share: z.number() }),
  ),
  technologies: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      version: z.string().nullable(),
      path: z.string(),
      line: z.number(),
      /** True when only development needs it: all that says so is in `devDependencies`. */
      isDevelopment: z.boolean(),
    }),
  ),
  manifests: z.array(z.object({ path: z.string(), packages: z.number() })),
  largestFiles: z.array(z.object({ path: z.string(), lines: z.number() })),
});
type Output = z.infer<typeof output>;

/** Languages, frameworks and tools of any folder. */
export const stackOverview: Skill<z.infer<typeof input>, Output> = {
  name: 'stack-overview',
  title: 'Stack overview',
  description:
    'Counts languages by lines and names frameworks, databases, build, test and delivery tools with evidence.',
  taskTypes: ['architecture', 'planning', 'research', 'documentation'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    const { files } = await context.workspace.list({ signal: context.signal });
    return files.length > 0
      ? { status: 'available' }
      : { status: 'not-applicable', reason: 'The folder holds no text files.' };
  },
  async run(_input, context) {
    const listing = await context.workspace.list({ signal: context.signal });
    const found = new Map<string, Output['technologies'][number] & { readonly evidence: LocationEvidence }>();
    const manifests: Output['manifests'] = [];
    const measured: { path: string; language: string; lines: number }[] = [];
    const readFirst: TextFile[] = [];
    const add = (
      fact: StackFact,
      version: string | null,
      file: TextFile,
      line: number,
      isDevelopment = false,
    ): void => {
      const known = found.get(fact.name);
      const isBetter =
        known === undefined ||
        (known.isDevelopment && !isDevelopment) ||
        (known.version === null && version !== null && known.isDevelopment === isDevelopment);
      if (!isBetter) return;
      const evidence = locate(file, line);
      found.set(fact.name, { ...fact, version, path: file.path, line, isDevelopment, evidence });
    };
    for (const { path, language } of listing.files) {
      context.signal.throwIfAborted();
      const file = await context.workspace.read(path);
      if (file === undefined) continue;
      if (readFirst.length < 5) readFirst.push(file);
      if (language !== undefined && language !== 'ignore' && !NOT_COUNTED.test(path))
        measured.push({ path, language, lines: linesOf(file) });
      for (const fact of factsOfFile(path)) add(fact, null, file, 1);
      const packages = manifests.length < MAX_MANIFESTS ? declaredPackages(file) : undefined;
      if (packages === undefined) continue;
      manifests.push({ path, packages: packages.length });
      for (const { name, version, line, isDevelopment } of packages) {
        const fact = factOfPackage(name);
        if (fact !== undefined) add(fact, version === '' ? null : version, file, line, isDevelopment);
      }
    }
    const technologies = [...found.values()].sort((a, b) =>
      a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.name < b.name ? -1 : 1,
    );
    const data: Output = {
      fileCount: listing.files.length,
      lineCount: measured.reduce((sum, { lines }) => sum + lines, 0),
      isTruncated: listing.isTruncated,
      skippedCount: listing.skippedCount,
      languages: languagesOf(measured),
      technologies: technologies.map(({ evidence: _evidence, ...one }) => one),
      manifests,
      largestFiles: [...measured]
        .sort((a, b) => b.lines - a.lines || (a.path < b.path ? -1 : 1))
        .slice(0, 10)
        .map(({ path, lines }) => ({ path, lines })),
    };
    const evidence = technologies.slice(0, MAX_EVIDENCE).map((one) => one.evidence);
    return {
      summary: summaryOf(data),
      data,
      evidence: evidence.length > 0 ? evidence : readFirst.map((file) => locate(file, 1)),
    };
  },
};

function linesOf(file: TextFile): number {
  return file.lines.at(-1) === '' ? file.lines.length - 1 : file.lines.length;
}

function languagesOf(
  measured: readonly { readonly language: string; readonly lines: number }[],
): Output['languages'] {
  const total = Math.max(
    1,
    measured.reduce((sum, { lines }) => sum + lines, 0),
  );
  const byName = new Map<string, { files: number; lines: number }>();
  for (const { language, lines } of measured) {
    const known = byName.get(language) ?? { files: 0, lines: 0 };
    byName.set(language, { files: known.files + 1, lines: known.lines + lines });
  }
  return [...byName]
    .map(([language, { files, lines }]) => ({
      language,
      files,
      lines,
      share: Math.round((lines / total) * 1000) / 1000,
    }))
    .sort((a, b) => b.lines - a.lines || (a.language < b.language ? -1 : 1));
}

function summaryOf({ fileCount, lineCount, languages, technologies }: Output): string {
  const first = languages
    .slice(0, 3)
    .map(({ language, share }) => `${language} ${Math.round(share * 100)} %`);
  const toolsOf = (isWanted: boolean): string =>
    technologies
      .filter(({ kind }) => ['framework', 'ui', 'database', 'runtime'].includes(kind))
      .filter(({ isDevelopment }) => isDevelopment === isWanted)
      .slice(0, 6)
      .map(({ name }) => name)
      .join(', ');
  const tools = toolsOf(false);
  const others = toolsOf(true);
  return [
    `${counted(fileCount, 'text file')} with ${counted(lineCount, 'line')}${first.length === 0 ? '' : `: ${first.join(', ')}`}.`,
    ...(tools === '' ? [] : [`Built on ${tools}.`]),
    ...(others === '' ? [] : [`For development alone: ${others}.`]),
  ].join(' ');
}
