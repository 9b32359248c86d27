/** Looking at the workspace with a model: names, lines and places of words. Secrets of known shapes are taken out. */
import { z } from 'zod';
import type { AnyTool } from '../../contracts/tool.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import { defineTool } from '../../llm/loop/define-tool.ts';
import { createRedactor } from '../../security/redact.ts';
import { OrchestratorError } from '../../shared/errors.ts';

const MOST_FILES = 500;
const MOST_LINES = 400;
const MOST_LINE = 500;
const MOST_MATCHES = 60;

/** `list_files`, `read_file` and `find_text`. */
export function workspaceTools(workspace: Workspace): readonly AnyTool[] {
  const redactor = createRedactor();
  const shown = (line: string): string => redactor.text(line.slice(0, MOST_LINE));
  return [
    defineTool({
      name: 'list_files',
      description: 'Lists the text files of the workspace, by path, at most 500 of them.',
      sideEffects: 'read',
      input: z.object({ under: z.string().max(500).optional().describe('a folder; all without it') }),
      async execute({ under = '' }, { signal }) {
        const { files } = await workspace.list({ signal });
        const prefix =
          under === '' || under === '.' ? '' : `${under.replace(/^\.\//, '').replace(/\/+$/, '')}/`;
        const found = files.filter(({ path }) => path.startsWith(prefix));
        return {
          files: found.slice(0, MOST_FILES).map(({ path, size }) => `${path} (${size} bytes)`),
          ...(found.length > MOST_FILES ? { further: found.length - MOST_FILES } : {}),
        };
      },
    }),
    defineTool({
      name: 'read_file',
      description: 'Reads lines of a file of the workspace, at most 400 at once.',
      sideEffects: 'read',
      input: z.object({
        path: z.string().max(1000),
        fromLine: z.number().int().min(1).optional().describe('1 without it'),
        lines: z.number().int().min(1).max(MOST_LINES).optional().describe('200 without it'),
      }),
      async execute({ path, fromLine = 1, lines = 200 }) {
        const file = await workspace.read(path);
        if (file === undefined)
          throw new OrchestratorError(
            'not-found',
            `There is no text file ${JSON.stringify(path)} in the workspace.`,
          );
        const part = file.lines.slice(fromLine - 1, fromLine - 1 + lines);
        const numbered = part.map((line, index) => `${fromLine + index}: ${shown(line)}`);
        return `${file.path}, lines ${fromLine} to ${fromLine + part.length - 1} of ${file.lines.length}\n${numbered.join('\n')}`;
      },
    }),
    defineTool({
      name: 'find_text',
      description:
        'Finds the lines of the workspace that hold a text, in any case. No pattern: the text as it is.',
      sideEffects: 'read',
      input: z.object({
        text: z.string().min(2).max(200),
        under: z.string().max(500).optional().describe('a folder; all without it'),
      }),
      async execute({ text, under = '' }, { signal }) {
        const wanted = text.toLowerCase();
        const matches: string[] = [];
        for (const { path } of (await workspace.list({ signal })).files) {
          signal.throwIfAborted();
          if (!path.startsWith(under.replace(/^\.\/?/, ''))) continue;
          const file = await workspace.read(path);
          for (const [index, line] of (file?.lines ?? []).entries()) {
            if (!line.toLowerCase().includes(wanted)) continue;
            matches.push(`${path}:${index + 1}: ${shown(line.trim())}`);
            if (matches.length >= MOST_MATCHES) return { matches, isCut: true };
          }
        }
        return { matches };
      },
    }),
  ];
}
