/** What is wrong with a table that was built: no key, keys without index, keys to nothing. */
import type { RuleInfo } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { type FindingParts, locate } from '../kit/finding.ts';
import type { CheckedTable } from './ddl-process.ts';
import { changedTable, createdTable, type SqlGroup } from './sql-sources.ts';
import { lineIn, type SqlStatement } from './sql-statements.ts';

export const SQL_RULES = {
  error: {
    id: 'sql-error',
    severity: 'error',
    title: 'Statement that the database refuses',
    help: 'The definition was run on an empty SQLite and failed. Correct it, or the migration stops here.',
  },
  target: {
    id: 'missing-foreign-key-target',
    severity: 'error',
    title: 'Foreign key to nothing',
    help: 'The table or column that it refers to does not exist. Inserts fail, or the key never holds anything.',
  },
  index: {
    id: 'foreign-key-without-index',
    severity: 'warning',
    title: 'Foreign key without an index',
    help: 'Each delete or update in the other table reads this whole table. Add an index that begins with these columns.',
  },
  key: {
    id: 'no-primary-key',
    severity: 'warning',
    title: 'Table without a key',
    help: 'Rows cannot be told apart, updated or replicated safely. Add a primary key or a unique constraint.',
  },
} as const satisfies Record<string, RuleInfo>;

/** A statement that is run, with where it stands. */
export interface Step {
  readonly file: TextFile;
  readonly statement: SqlStatement;
}

/** What a table is judged in. */
export interface Surroundings {
  readonly group: SqlGroup;
  readonly steps: readonly Step[];
  readonly known: ReadonlySet<string | undefined>;
  /** Tables that a refused statement makes or changes. */
  readonly unsure: ReadonlySet<string | undefined>;
  readonly tables: readonly CheckedTable[];
  readonly parts: FindingParts[];
  /** What to report under. @default {@link SQL_RULES} */
  readonly rules?: { readonly target: RuleInfo; readonly index: RuleInfo; readonly key: RuleInfo };
}

/** Adds the findings of one table. */
export function judgeTable(
  table: CheckedTable,
  { group, steps, known, unsure, tables, parts, rules = SQL_RULES }: Surroundings,
): void {
  const lowerName = table.name.toLowerCase();
  const origin = steps.findLast(({ statement }) => createdTable(statement) === lowerName);
  if (origin === undefined) return;
  const primary = table.columns
    .filter(({ primaryKey }) => primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey);
  const isSure = !unsure.has(lowerName);
  if (
    primary.length === 0 &&
    isSure &&
    !table.indexes.some(({ isUnique, isPartial }) => isUnique && !isPartial)
  ) {
    parts.push({
      rule: rules.key,
      message: `The table \`${table.name}\` has neither a primary key nor a unique constraint.`,
      location: locate(origin.file, origin.statement.line),
    });
  }
  const keys = [
    primary.map(({ name }) => name),
    ...table.indexes.filter(({ isPartial }) => !isPartial).map(({ columns }) => columns),
  ];
  for (const { target, columns, targetColumns } of table.foreignKeys) {
    const place = placeOfKey(steps, lowerName, columns[0] ?? '', target) ?? origin;
    const location = locate(place.file, 'line' in place ? place.line : place.statement.line);
    const names = columns.map((name) => `\`${name}\``).join(', ');
    const other = tables.find(({ name }) => name.toLowerCase() === target.toLowerCase());
    const lost = targetColumns.find(
      (name) =>
        name !== null &&
        other !== undefined &&
        !other.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()),
    );
    if (other === undefined && !known.has(target.toLowerCase())) {
      parts.push({
        rule: rules.target,
        message: `The foreign key ${names} of \`${table.name}\` refers to the table \`${target}\`, which does not exist.`,
        location,
      });
    } else if (lost !== undefined && lost !== null && !unsure.has(target.toLowerCase())) {
      parts.push({
        rule: rules.target,
        message: `The foreign key ${names} of \`${table.name}\` refers to \`${target}.${lost}\`, which does not exist.`,
        location,
      });
    }
    const wanted = new Set(columns.map((name) => name.toLowerCase()));
    const isIndexed = keys.some((key) => {
      const lead = key.slice(0, wanted.size).map((name) => name?.toLowerCase());
      return lead.length === wanted.size && lead.every((name) => name !== undefined && wanted.has(name));
    });
    // MySQL makes such an index by itself.
    if (isIndexed || !isSure || group.dialect === 'mysql') continue;
    parts.push({
      rule: rules.index,
      message: `No index of \`${table.name}\` begins with the foreign key ${names}.`,
      suggestion: `CREATE INDEX ${table.name}_${columns.join('_')} ON ${table.name} (${columns.join(', ')});`,
      location,
    });
  }
}

/** The line that states a foreign key: where its column and `REFERENCES` its target stand. */
function placeOfKey(
  steps: readonly Step[],
  table: string,
  column: string,
  target: string,
): { file: TextFile; line: number } | undefined {
  for (const { file, statement } of steps) {
    if ((createdTable(statement) ?? changedTable(statement)) !== table) continue;
    const pattern = /\bREFERENCES\s+["`[]?([\w$]+)/gi;
    let fallback: number | undefined;
    for (const match of statement.bare.matchAll(pattern)) {
      if (match[1]?.toLowerCase() !== target.toLowerCase()) continue;
      const lead = statement.bare.slice(Math.max(0, match.index - 300), match.index);
      const clause = lead.slice(Math.max(lead.lastIndexOf('FOREIGN'), lastComma(lead)) + 1);
      fallback ??= match.index;
      if (clause.toLowerCase().includes(column.toLowerCase()))
        return { file, line: lineIn(statement, match.index) };
    }
    if (fallback !== undefined) return { file, line: lineIn(statement, fallback) };
  }
  return undefined;
}

/** The last comma that is not inside brackets. */
function lastComma(text: string): number {
  let depth = 0;
  for (let index = text.length - 1; index >= 0; index -= 1) {
    if (text[index] === ')') depth += 1;
    else if (text[index] === '(') depth -= 1;
    else if (text[index] === ',' && depth === 0) return index;
  }
  return -1;
}
