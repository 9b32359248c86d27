/** Finds the PostgreSQL definitions of a workspace and says which statements may be given to the database. */
import type { SkillContext } from '../../contracts/skill.ts';
import {
  changedTable,
  createdTable,
  groupSql,
  isUndoFile,
  readSql,
  type SqlFile,
  type SqlGroup,
} from './sql-sources.ts';
import type { SqlStatement } from './sql-statements.ts';

const MAX_FILES = 400;

/** Plain definitions. No COPY, DO, SET, SELECT, EXTENSION, FUNCTION, ROLE, and nothing that fills a table. */
const RUNNABLE =
  /^(?:CREATE\s+(?:(?:TEMP(?:ORARY)?|UNLOGGED)\s+)?TABLE|CREATE\s+(?:UNIQUE\s+)?INDEX|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP(?:ORARY)?\s+)?VIEW|CREATE\s+(?:TEMP(?:ORARY)?\s+)?SEQUENCE|CREATE\s+(?:TYPE|SCHEMA|DOMAIN)|ALTER\s+(?:TABLE|INDEX|TYPE|SEQUENCE|VIEW|SCHEMA|DOMAIN)|DROP\s+(?:TABLE|INDEX|VIEW|TYPE|SEQUENCE|DOMAIN)|COMMENT\s+ON)\b/i;
const FILLS_TABLE = /\bAS\s*(?:\(\s*)*(?:SELECT|WITH|TABLE|VALUES|EXECUTE)\b/i;
const CREATED =
  /\bCREATE\s+(?:[A-Z]+\s+){0,4}?[A-Z]+\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[\w$"]+\s*\.\s*)?[\w$"]+)/gi;

/** Files, grouped by the database they build, and what the workspace's SQL as a whole makes. */
export interface PostgresSources {
  readonly groups: readonly SqlGroup[];
  /** Names that any statement creates, run or not, in lower case and without schema. */
  readonly known: ReadonlySet<string>;
  /** True when a file that defines nothing else switches extensions on; they may serve any database. */
  readonly hasExtensions: boolean;
}

/** Whether a statement may be given to the database. */
export function isPostgresRunnable({ bare, text }: SqlStatement): boolean {
  if (!RUNNABLE.test(bare) || hasNestedComment(text)) return false;
  return !/^CREATE\s+(?:\w+\s+)?TABLE\b/i.test(bare) || !FILLS_TABLE.test(bare);
}

/** The PostgreSQL groups. A group whose files define the same table is split: the files are alternatives. Read once. */
export function postgresSources(context: SkillContext): Promise<PostgresSources> {
  const { workspace, signal } = context;
  return workspace.memo('data:postgres-sources', async () => {
    const { files } = await workspace.list({ signal });
    const found: SqlFile[] = [];
    const known = new Set<string>();
    let hasExtensions = false;
    for (const { path } of files
      .filter(({ path }) => /\.(?:sql|ddl|psql|pgsql)$/i.test(path))
      .slice(0, MAX_FILES)) {
      signal.throwIfAborted();
      const file = await workspace.read(path);
      if (file === undefined) continue;
      const sql = { ...readSql({ ...file, text: withoutPsql(file.text) }), file };
      for (const { bare } of sql.statements) {
        for (const [, name = ''] of bare.slice(0, 20_000).matchAll(CREATED)) known.add(lastName(name));
      }
      const isOther = sql.dialect !== 'postgresql' && sql.dialect !== 'generic';
      if (!isOther && !isUndoFile(path) && sql.statements.some(isPostgresRunnable)) found.push(sql);
      else hasExtensions ||= makesExtension(sql);
    }
    const groups = groupSql(found)
      .flatMap((group) => (isAlternatives(group) ? group.files.map((file) => alone(group, file)) : [group]))
      .filter(({ dialect }) => dialect === 'postgresql');
    return { groups, known, hasExtensions };
  });
}

/** Whether a file switches an extension on. */
export function makesExtension({ statements }: SqlFile): boolean {
  return statements.some(({ bare }) => /^CREATE\s+EXTENSION\b/i.test(bare));
}

/** The last part of a dotted name, without quotes and in lower case. */
export function lastName(name: string): string {
  return (name.split('.').at(-1) ?? '').trim().replaceAll('"', '').toLowerCase();
}

/** The table that a statement makes or changes. */
export function tableOf(statement: SqlStatement): string | undefined {
  return (
    createdTable(statement) ??
    changedTable(statement) ??
    /^CREATE\s+UNLOGGED\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w$".]+)/i.exec(statement.bare)?.[1] ??
    undefined
  );
}

function isAlternatives({ files, isSequence }: SqlGroup): boolean {
  if (isSequence || files.length < 2) return false;
  const names = files.flatMap(({ statements }) => [
    ...new Set(statements.map(createdTable).filter((name) => name !== undefined)),
  ]);
  return new Set(names).size < names.length;
}

function alone(group: SqlGroup, file: SqlFile): SqlGroup {
  return { ...group, files: [file], dialect: file.dialect };
}

/** Blanks what is for psql alone: its own commands, and rows between `COPY … FROM stdin;` and `\\.`. Lines stay. */
function withoutPsql(text: string): string {
  let isData = false;
  const lines = text.split('\n').map((line) => {
    if (isData) {
      isData = line.trimEnd() !== '\\.';
      return '';
    }
    isData = /^COPY\s[^;]{1,2000}\sFROM\s+stdin\b[^;]{0,200};\s*$/i.test(line.slice(0, 2_500));
    return /^\\[a-z!?.]/i.test(line) ? '' : line;
  });
  return lines.join('\n');
}

/** PostgreSQL nests comments and the splitter does not, so the two could see different statements. */
function hasNestedComment(text: string): boolean {
  for (let at = text.indexOf('/*'); at !== -1; ) {
    const end = text.indexOf('*/', at + 2);
    const next = text.indexOf('/*', at + 2);
    if (next !== -1 && (end === -1 || next < end)) return true;
    at = next;
  }
  return false;
}
