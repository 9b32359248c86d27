/** Cuts SQL into statements: knows strings, quoted names, comments, dollar quotes and the bodies of triggers. */

export interface SqlStatement {
  /** Without the semicolon and what stands before the first word. */
  readonly text: string;
  /** The same with comments, strings and dollar-quoted bodies blanked out; offsets stay. */
  readonly bare: string;
  /** The line of its first word, from 1. */
  readonly line: number;
  /** Its first words in upper case, at most four: `CREATE UNIQUE INDEX IF`. */
  readonly head: string;
}

const MAX_STATEMENTS = 5_000;
const HAS_BODY = /^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:TRIGGER|PROCEDURE)\b/i;

/** Statements of one file in order. Sections that undo a migration (`-- migrate:down`, `-- +goose Down`) are left out. */
export function splitSql(source: string): readonly SqlStatement[] {
  const text = withoutDownSection(source);
  const bare = blankOut(text);
  const statements: SqlStatement[] = [];
  let start = 0;
  let line = 1;
  const push = (end: number): void => {
    const lead = bare.slice(start, end).search(/\S/);
    if (lead === -1) return;
    const from = start + lead;
    const body = bare.slice(from, end).trimEnd();
    line += countBreaks(text, start, from);
    // A string at the end is blank in `body`, and still part of the statement.
    statements.push({ text: text.slice(from, end).trimEnd(), bare: body, line, head: headOf(body) });
    line -= countBreaks(text, start, from);
  };
  let body: { depth: number; from: number } | undefined;
  for (let index = bare.indexOf(';'); index !== -1; index = bare.indexOf(';', index + 1)) {
    if (statements.length >= MAX_STATEMENTS) return statements;
    if (body === undefined && HAS_BODY.test(bare.slice(start, start + 2_000)))
      body = { depth: 0, from: start };
    if (body !== undefined) {
      body.depth += depthChange(bare.slice(body.from, index));
      body.from = index;
      if (body.depth > 0) continue;
      body = undefined;
    }
    push(index);
    line += countBreaks(text, start, index + 1);
    start = index + 1;
  }
  if (statements.length < MAX_STATEMENTS) push(bare.length);
  return statements;
}

/** The line of an offset in a statement's text. */
export function lineIn(statement: SqlStatement, offset: number): number {
  return statement.line + countBreaks(statement.text, 0, offset);
}

function headOf(bare: string): string {
  return (
    bare
      .slice(0, 200)
      .toUpperCase()
      .match(/[A-Z_]+/g) ?? []
  )
    .slice(0, 4)
    .join(' ');
}

/** How many more `BEGIN` and `CASE` a text has than `END`: above 0 inside `CREATE TRIGGER … BEGIN …`. */
function depthChange(bare: string): number {
  let depth = 0;
  for (const word of bare.match(/\b(?:BEGIN|CASE|END)\b/gi) ?? [])
    depth += word.toUpperCase() === 'END' ? -1 : 1;
  return depth;
}

function withoutDownSection(text: string): string {
  const marker =
    /^[ \t]*--[ \t]*(?:migrate:down|\+goose down|\+migrate down|@down|!downs?|rollback)\b.*$/im.exec(text);
  return marker === null ? text : text.slice(0, marker.index);
}

function blankOut(text: string): string {
  const pattern =
    /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]\n]*\]|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/g;
  return text.replace(pattern, (match) => {
    // Quoted names stay readable, but a semicolon in them must not end the statement.
    const isName = match.startsWith('"') || match.startsWith('`') || match.startsWith('[');
    return isName ? match.replace(/;/g, ' ') : match.replace(/[^\n]/g, ' ');
  });
}

function countBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
