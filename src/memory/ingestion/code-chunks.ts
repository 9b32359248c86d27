/** Source code: a piece for each top-level symbol with the comment above it. */
import type { Node, Statement } from '@babel/types';
import { type Chunk, cutLines, linesOf } from './chunk.ts';
import { textChunks } from './text-chunks.ts';

const SCRIPT = new Set(['javascript', 'typescript']);
/** A definition at the margin, in languages whose blocks follow from indentation or braces. */
const DEFINITION =
  /^(?:export\s+|pub(?:\([a-z]+\))?\s+|public\s+|private\s+|static\s+|abstract\s+|final\s+|async\s+)*(?:def|class|func|fn|function|struct|enum|trait|impl|interface|type|module)\s+\*?(?:\([^)]{0,100}\)\s*)?([A-Za-z_][\w]{0,100})/;

/** Code of other languages is cut at definitions that start at the margin; what has none is plain text. */
export async function codeChunks(
  text: string,
  title: string,
  language: string | undefined,
): Promise<Chunk[]> {
  const chunks = SCRIPT.has(language ?? '') ? await scriptChunks(text, title) : marginChunks(text, title);
  return chunks.length > 0 ? chunks : textChunks(text, title);
}

async function scriptChunks(text: string, title: string): Promise<Chunk[]> {
  const { parse } = await import('@babel/parser');
  const isTyped = /\.[cm]?tsx?$/.test(title);
  const isMarkup = !isTyped || title.endsWith('x');
  try {
    const { program } = parse(text, {
      sourceType: 'unambiguous',
      errorRecovery: true,
      plugins: [isTyped ? 'typescript' : 'flow', ...(isMarkup ? (['jsx'] as const) : []), 'decorators'],
    });
    return statementChunks(program.body, linesOf(text), title);
  } catch {
    // What does not parse is still text that can be found.
    return [];
  }
}

function statementChunks(statements: readonly Statement[], lines: readonly string[], title: string): Chunk[] {
  const chunks: Chunk[] = [];
  let next = 1;
  for (const statement of statements) {
    const name = nameOf(statement);
    const end = statement.loc?.end.line;
    const start = statement.loc?.start.line;
    if (name === undefined || end === undefined || start === undefined || start < next) continue;
    const commented = startWithComments(lines, start, next);
    chunks.push(
      ...cutLines(lines, next, commented - 1, title),
      ...cutLines(lines, commented, end, `${title} › ${name}`),
    );
    next = end + 1;
  }
  return [...chunks, ...cutLines(lines, next, lines.length, title)];
}

/** The comment right above belongs to what it is about. */
function startWithComments(lines: readonly string[], start: number, least: number): number {
  let line = start;
  while (line > least && /^\s*(?:\/\/|\/?\*|#|@)/.test(lines[line - 2] ?? '')) line -= 1;
  return line;
}

function nameOf(statement: Statement): string | undefined {
  const inner: Node | null | undefined =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration'
      ? statement.declaration
      : statement;
  if (inner === null || inner === undefined) return undefined;
  if (inner.type === 'VariableDeclaration') {
    const [first] = inner.declarations;
    return first?.id.type === 'Identifier' ? first.id.name : undefined;
  }
  const { id } = inner as { readonly id?: { readonly name?: string } | null };
  if (typeof id?.name === 'string') return id.name;
  return statement.type === 'ExportDefaultDeclaration' ? 'default' : undefined;
}

function marginChunks(text: string, title: string): Chunk[] {
  const lines = linesOf(text);
  const starts = lines.flatMap((line, index) => {
    const name = DEFINITION.exec(line.slice(0, 500))?.[1];
    return name === undefined ? [] : [{ name, line: startWithComments(lines, index + 1, 1) }];
  });
  if (starts.length === 0) return [];
  const chunks = cutLines(lines, 1, (starts[0]?.line ?? 1) - 1, title);
  for (const [index, { name, line }] of starts.entries()) {
    chunks.push(
      ...cutLines(lines, line, (starts[index + 1]?.line ?? lines.length + 1) - 1, `${title} › ${name}`),
    );
  }
  return chunks;
}
