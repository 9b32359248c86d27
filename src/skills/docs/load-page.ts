/** Parses a Markdown page once for each workspace, however many skills look at it: hostile pages take seconds. */
import type { TextFile, Workspace } from '../../contracts/workspace.ts';
import { type Page, readMarkdown } from './read-markdown.ts';

/** The page of a file that was read from the workspace; undefined when it can't be parsed. */
export function loadPage(workspace: Workspace, file: TextFile): Promise<Page | undefined> {
  return workspace.memo(`docs:page:${file.path}`, () => readMarkdown(file));
}
