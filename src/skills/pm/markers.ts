/** Notes that somebody left for later: TODO, FIXME, HACK and XXX in comments. */
import type { TextFile } from '../../contracts/workspace.ts';
import type { SourceModule } from '../source/source-model.ts';
import { type CommentLine, commentLines } from './comment-lines.ts';

export interface Marker {
  readonly word: string;
  readonly line: number;
  /** What it says, at most 160 characters. */
  readonly text: string;
}

/** Upper case, a word of its own, and either first in its line or followed by a colon or a name in brackets. */
const MARKER =
  /(?:^[\s*/#!<>@;-]*|[\s(])(TODO|FIXME|HACK|XXX)(?![\w-]|\.\w|\/)(\s*(?:\([^)]{0,60}\))?\s*:|\([^)]{1,60}\))?/;

/** Markers of one file. For JavaScript and TypeScript the parsed comments are used, so that strings never count. */
export function markersOf(file: TextFile, module: SourceModule | undefined): readonly Marker[] {
  if (!/TODO|FIXME|HACK|XXX/.test(file.text)) return [];
  const comments = (module === undefined ? undefined : parsedComments(module)) ?? commentLines(file);
  return comments.flatMap(({ line, text }): Marker[] => {
    const match = MARKER.exec(text.slice(0, 2_000));
    if (match?.[1] === undefined) return [];
    const isFirst = /^[\s*/#!<>@;-]*$/.test(text.slice(0, text.indexOf(match[1])));
    if (!isFirst && match[2] === undefined) return [];
    return [
      {
        word: match[1],
        line,
        text: text
          .replace(/^[\s*/#!<>@;-]+/, '')
          .trim()
          .slice(0, 160),
      },
    ];
  });
}

function parsedComments(module: SourceModule): readonly CommentLine[] | undefined {
  if (module.syntaxError !== undefined) return undefined;
  const comments = module.ast?.comments;
  return comments?.flatMap(({ value, loc }) => {
    const start = loc?.start.line;
    return start === undefined ? [] : value.split('\n').map((text, index) => ({ line: start + index, text }));
  });
}
