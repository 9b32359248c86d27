/** Finds SQL files, groups those that build one database, and knows what each statement creates. */
import { posix } from 'node:path';
import type { TextFile } from '../../contracts/workspace.ts';
import { type SqlDialect, sniffDialect } from './sql-dialect.ts';
import { type SqlStatement, splitSql } from './sql-statements.ts';

export interface SqlFile {
  readonly file: TextFile;
  readonly statements: readonly SqlStatement[];
  readonly dialect: SqlDialect;
}

/** Files that are run one after the other on one database. */
export interface SqlGroup {
  readonly folder: string;
  readonly files: readonly SqlFile[];
  readonly dialect: SqlDialect;
  /** True when the files are numbered or dated, so that each continues what the one before left. */
  readonly isSequence: boolean;
}

const NAME = String.raw`((?:"(?:[^"]|"")+"|\x60[^\x60]+\x60|\[[^\]]+\]|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|\x60[^\x60]+\x60|\[[^\]]+\]|[\w$]+))*)`;
const CREATE_TABLE = new RegExp(
  String.raw`^CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?${NAME}`,
  'i',
);
const ALTER_TABLE = new RegExp(String.raw`^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?${NAME}`, 'i');
const INDEX_ON = new RegExp(
  String.raw`^CREATE\s+(?:UNIQUE\s+)?INDEX\b[\s\S]{0,300}?\bON\s+(?:ONLY\s+)?${NAME}`,
  'i',
);
/** The one statement kind of each sort that may run; everything else is not given to the database. */
const RUNNABLE =
  /^(?:CREATE\s+(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW)\b|CREATE\s+(?:UNIQUE\s+)?INDEX\b|ALTER\s+TABLE\b|DROP\s+(?:TABLE|INDEX|VIEW|TRIGGER)\b|PRAGMA\s+foreign_keys\s*=\s*(?:ON|OFF|0|1)\s*$)/i;

/** True for files that undo or fill rather than build. */
export function isUndoFile(path: string): boolean {
  return /(?:^|[./_-])(?:down|rollback|revert|undo|teardown|drop)\.sql$|(?:^|\/)(?:down|rollback|rollbacks|undo|revert)\//i.test(
    path,
  );
}

export function readSql(file: TextFile): SqlFile {
  const statements = splitSql(file.text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, ' '));
  return { file, statements, dialect: sniffDialect(statements, file.path) };
}

/** Whether a statement may be given to the database: plain definitions, no queries that compute. */
export function isRunnable({ bare }: SqlStatement): boolean {
  if (!RUNNABLE.test(bare)) return false;
  return !/^CREATE\s+(?:TEMP(?:ORARY)?\s+)?TABLE\b[^(]{0,500}\bAS\b/i.test(bare);
}

/** The table that a statement creates, in lower case and without its schema. */
export function createdTable({ bare }: SqlStatement): string | undefined {
  return nameOf(CREATE_TABLE.exec(bare)?.[1]);
}

/** The table that a statement alters or indexes. */
export function changedTable({ bare }: SqlStatement): string | undefined {
  return nameOf((ALTER_TABLE.exec(bare) ?? INDEX_ON.exec(bare))?.[1]);
}

function nameOf(written: string | undefined): string | undefined {
  const last = written?.match(/"(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|[\w$]+/g)?.at(-1);
  return last?.replace(/^["`[]|["`\]]$/g, '').toLowerCase();
}

/** Groups by folder; migrations that each have a folder of their own (`…/0001_x/migration.sql`) belong together. */
export function groupSql(files: readonly SqlFile[]): readonly SqlGroup[] {
  const groups = new Map<string, SqlFile[]>();
  for (const file of files) {
    const folder = posix.dirname(file.file.path);
    const isSingle = /^(?:migration|up|index)\.sql$/i.test(posix.basename(file.file.path));
    const key = isSingle ? posix.dirname(folder) : folder;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups].map(([folder, members]) => {
    const sorted = [...members].sort((a, b) => byName(a.file.path, b.file.path));
    const dialects = sorted.map(({ dialect }) => dialect);
    const foreign = dialects.find((dialect) => dialect !== 'sqlite' && dialect !== 'generic');
    const isSequence = sorted.length > 1 && sorted.every(({ file }) => /^V?\d/i.test(orderName(file.path)));
    return {
      folder,
      files: sorted,
      dialect: foreign ?? (dialects.includes('sqlite') ? 'sqlite' : 'generic'),
      isSequence,
    };
  });
}

function orderName(path: string): string {
  const name = posix.basename(path);
  return /^(?:migration|up|index)\.sql$/i.test(name) ? posix.basename(posix.dirname(path)) : name;
}

function byName(a: string, b: string): number {
  return orderName(a).localeCompare(orderName(b), 'en', { numeric: true }) || (a < b ? -1 : 1);
}
