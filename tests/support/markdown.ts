import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/source-files.ts';

/** A page for people: the README, the pages in docs/, the list of examples. */
export interface Page {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** The pages that the tests of documentation look at. */
export function pages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const paths = ['README.md', 'BACKLOG.md', 'examples/README.md', ...docs.map((name) => `docs/${name}`)];
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The code of each fenced block of a language, with the line that it starts on. */
export function codeBlocks(text: string, language: string): readonly { code: string; line: number }[] {
  const blocks: { code: string; line: number }[] = [];
  let open: { language: string; from: number } | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue;
    if (open === undefined) open = { language: line.slice(3).trim(), from: index + 1 };
    else {
      const code = lines.slice(open.from, index).join('\n');
      if (open.language === language) blocks.push({ code, line: open.from + 1 });
      open = undefined;
    }
  }
  return blocks;
}

/** The text without fenced blocks. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Targets of links and pictures. */
export function linksOf(text: string): readonly string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
}

/** Anchors of the headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of prose(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
