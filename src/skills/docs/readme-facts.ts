/** What a README covers, by its headings. */
import type { Page } from './read-markdown.ts';

export interface ReadmeFacts {
  readonly path: string;
  readonly install: boolean;
  readonly usage: boolean;
  readonly test: boolean;
  readonly license: boolean;
  readonly contributing: boolean;
  readonly codeBlocks: number;
}

const SECTIONS = {
  install: /install|set ?up|getting started|quick ?start|requirements|prerequisites/i,
  usage: /usage|use\b|using|example|quick ?start|getting started|how to|tutorial|running|commands|api\b/i,
  test: /\btests?\b|testing|develop|contribut/i,
  license: /licen[cs]e|copying/i,
  contributing: /contribut|develop/i,
} as const;

/** The sections a README has. `paths` are the files of the workspace: a LICENSE file counts too. */
export function readmeFacts(page: Page, paths: readonly string[]): ReadmeFacts {
  const has = (pattern: RegExp): boolean =>
    page.headings.some(({ text }) => pattern.test(text.slice(0, 200)));
  const hasFile = (pattern: RegExp): boolean => paths.some((path) => pattern.test(path));
  return {
    path: page.file.path,
    install: has(SECTIONS.install),
    usage: has(SECTIONS.usage),
    test: has(SECTIONS.test),
    license: has(SECTIONS.license) || hasFile(/^(?:licen[cs]e|copying)(?:\.\w+)?$/i),
    contributing: has(SECTIONS.contributing) || hasFile(/^(?:\.github\/|docs\/)?contributing\.\w+$/i),
    codeBlocks: page.code.filter(({ language }) => language !== 'inline').length,
  };
}
