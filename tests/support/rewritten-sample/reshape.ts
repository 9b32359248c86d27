/** Writes modules differently without changing what they do: order, quotes, arrows, indentation, lines in between. */
import { parse } from '@babel/parser';
import type { Statement } from '@babel/types';
import type { TextEdit, TrackedText } from './tracked-text.ts';

export interface Dice {
  /** A number from 0 up to 1. */
  next(): number;
  pick<T>(items: readonly T[]): T;
}

export interface ReshapeOptions {
  readonly dice: Dice;
  /** Whether declarations may change places and functions may become arrows. */
  readonly mayMove: boolean;
  readonly indent: string;
}

const MOVABLE = new Set(['FunctionDeclaration', 'TSInterfaceDeclaration', 'TSTypeAliasDeclaration']);
const WORDS = ['tide', 'mast', 'keel', 'bow', 'stern', 'helm', 'rudder', 'galley', 'hull', 'deck'];

/** Reshapes a TypeScript module; one that does not parse stays as it is. */
export function reshapeModule(tracked: TrackedText, options: ReshapeOptions): void {
  if (statementsOf(tracked.text) === undefined) return;
  if (options.mayMove) moveDeclarations(tracked, options.dice);
  if (options.mayMove) useArrows(tracked, options.dice);
  if (options.dice.next() < 0.8) changeQuotes(tracked);
  insertFillers(tracked, options.dice);
  indentLines(tracked, options.indent);
}

/** Puts a comment before the first line of a file of settings. */
export function insertComment(tracked: TrackedText, sign: string, dice: Dice): void {
  const words = Array.from(
    { length: 1 + Math.floor(dice.next() * 3) },
    () => `${sign} Kept by the ${dice.pick(WORDS)} team.\n`,
  );
  tracked.edit([{ start: 0, end: 0, text: words.join('') }]);
}

function statementsOf(text: string): readonly Statement[] | undefined {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript'] }).program.body;
  } catch {
    // One module of the sample is broken on purpose.
    return undefined;
  }
}

function moveDeclarations(tracked: TrackedText, dice: Dice): void {
  const ranges = (statementsOf(tracked.text) ?? []).flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration === null || declaration === undefined || !MOVABLE.has(declaration.type)) return [];
    const start = statement.leadingComments?.[0]?.start ?? statement.start;
    // A comment at the top of the file is the file's.
    if (start === 0 || typeof start !== 'number' || typeof statement.end !== 'number') return [];
    return [{ start, end: statement.end }];
  });
  const order = ranges.map((_, index) => index);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(dice.next() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  tracked.permute(ranges, order);
}

function useArrows(tracked: TrackedText, dice: Dice): void {
  const edits: TextEdit[] = [];
  for (const statement of statementsOf(tracked.text) ?? []) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : undefined;
    if (declaration?.type !== 'FunctionDeclaration' || declaration.typeParameters || !declaration.id)
      continue;
    if (dice.next() < 0.5) continue;
    const { id, body, start, end, async: isAsync } = declaration;
    edits.push(
      {
        start: start as number,
        end: id.end as number,
        text: `const ${id.name} = ${isAsync ? 'async ' : ''}`,
      },
      { start: body.start as number, end: body.start as number, text: '=> ' },
      { start: end as number, end: end as number, text: ';' },
    );
  }
  tracked.edit(edits);
}

function changeQuotes(tracked: TrackedText): void {
  const { tokens } = parse(tracked.text, { sourceType: 'module', plugins: ['typescript'], tokens: true });
  const edits: TextEdit[] = [];
  for (const { start, end } of (tokens ?? []) as readonly {
    readonly start: number;
    readonly end: number;
  }[]) {
    const text = tracked.text.slice(start, end);
    if (/^'[^'"\\\n]*'$/.test(text)) edits.push({ start, end, text: `"${text.slice(1, -1)}"` });
  }
  tracked.edit(edits);
}

/** Lines between statements at the top level: comments, and small functions that are their module's own. */
function insertFillers(tracked: TrackedText, dice: Dice): void {
  const statements = statementsOf(tracked.text) ?? [];
  const edits: TextEdit[] = [];
  for (const [index, statement] of statements.entries()) {
    if (statement.type === 'ImportDeclaration' || index === 0 || dice.next() < 0.55) continue;
    const start = statement.leadingComments?.[0]?.start ?? statement.start;
    if (typeof start === 'number' && start > 0) edits.push({ start, end: start, text: filler(index, dice) });
  }
  tracked.edit(edits);
}

function filler(index: number, dice: Dice): string {
  const word = dice.pick(WORDS);
  const size = 2 + Math.floor(dice.next() * 900);
  return dice.pick([
    `// The ${word} comes first; see the notes of the ${dice.pick(WORDS)} meeting.\n\n`,
    `const ${word}Span${index} = ${size};\n\nfunction ${word}Steps${index}(length: number): number {\n  return Math.ceil(length / ${word}Span${index});\n}\n\n`,
    `function ${word}Label${index}(value: number): string {\n  const shown = value.toFixed(${size % 4});\n  return \`${word} \${shown}\`;\n}\n\n`,
  ]);
}

function indentLines(tracked: TrackedText, indent: string): void {
  if (indent === '  ') return;
  const edits: TextEdit[] = [];
  for (const match of tracked.text.matchAll(/^(?: {2})+/gm)) {
    edits.push({
      start: match.index,
      end: match.index + match[0].length,
      text: indent.repeat(match[0].length / 2),
    });
  }
  tracked.edit(edits);
}
