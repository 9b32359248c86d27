/** Markdown: a piece for each section, under the path of its headings. */
import type { Heading, Nodes, Root } from 'mdast';
import { isCostlyMarkdown } from '../../shared/costly-markdown.ts';
import { type Chunk, cutLines, linesOf } from './chunk.ts';
import { textChunks } from './text-chunks.ts';

export async function markdownChunks(text: string, title: string): Promise<Chunk[]> {
  if (isCostlyMarkdown(text)) return textChunks(text, title);
  const { fromMarkdown } = await import('mdast-util-from-markdown');
  const root: Root = fromMarkdown(text);
  const lines = linesOf(text);
  const headings = root.children.filter((node): node is Heading => node.type === 'heading');
  const starts = headings.map((heading) => heading.position?.start.line ?? 1);
  const path: string[] = [];
  const chunks = cutLines(lines, 1, (starts[0] ?? lines.length + 1) - 1, title);
  for (const [index, heading] of headings.entries()) {
    path.length = heading.depth - 1;
    path[heading.depth - 1] = plainText(heading);
    const end = (starts[index + 1] ?? lines.length + 1) - 1;
    const name = path.filter((part) => part !== undefined && part !== '').join(' › ') || title;
    chunks.push(...cutLines(lines, starts[index] as number, end, name));
  }
  return chunks;
}

function plainText(node: Nodes): string {
  if ('value' in node) return node.value;
  return 'children' in node ? node.children.map((child) => plainText(child)).join('') : '';
}
