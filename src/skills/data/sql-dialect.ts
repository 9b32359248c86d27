/** Which database a piece of SQL was written for, by what only that database understands. */
import type { SqlStatement } from './sql-statements.ts';

export type SqlDialect = 'sqlite' | 'postgresql' | 'mysql' | 'mssql' | 'oracle' | 'generic';

const MARKERS: readonly (readonly [SqlDialect, RegExp])[] = [
  [
    'sqlite',
    /\bAUTOINCREMENT\b|\bWITHOUT\s+ROWID\b|\bPRAGMA\s+\w+|\)\s*STRICT\s*$|\bstrftime\s*\(|\bdatetime\s*\(\s*'|\bunixepoch\s*\(|\bUSING\s+fts\d\b/i,
  ],
  [
    'mysql',
    /\bENGINE\s*=|\bAUTO_INCREMENT\b|\bUNSIGNED\b|\bCHARACTER\s+SET\b|\bDEFAULT\s+CHARSET\b|\bTINYINT\s*\(|\bMEDIUMTEXT\b|\bLONGTEXT\b|(?<!\bAS\s{1,20})\bENUM\s*\(|\bON\s+UPDATE\s+CURRENT_TIMESTAMP\b|^\s*(?:DELIMITER|LOCK\s+TABLES|USE)\b|,\s*(?:UNIQUE\s+)?KEY\s+`?\w+`?\s*\(/i,
  ],
  [
    'postgresql',
    /\b(?:BIG|SMALL)?SERIAL\b|\bJSONB\b|::\s*\w|\bCREATE\s+(?:EXTENSION|TYPE|DOMAIN|SCHEMA|SEQUENCE|POLICY|ROLE|MATERIALIZED|FUNCTION|OR\s+REPLACE\s+FUNCTION)\b|\buuid_generate_v\d|\bgen_random_uuid\b|\bTIMESTAMPTZ\b|\bBYTEA\b|\bTSVECTOR\b|\bCITEXT\b|\bINET\b|\w\s*\[\s*\]|\bUSING\s+(?:btree|gin|gist|brin|hash)\b|\bCONCURRENTLY\b|\bGENERATED\s+(?:ALWAYS|BY\s+DEFAULT)\s+AS\s+IDENTITY\b|\bALTER\s+COLUMN\b|\bOWNER\s+TO\b|\bCOMMENT\s+ON\b|\bDEFAULT\s+now\s*\(|\bRETURNS\s+TRIGGER\b|\bnextval\s*\(|\b(?:public|pg_catalog)\.\w|\bENABLE\s+ROW\s+LEVEL\b|^\s*(?:GRANT|REVOKE|DO|SELECT\s+pg_catalog)\b/i,
  ],
  [
    'mssql',
    /\bIDENTITY\s*\(|\bNVARCHAR\s*\(|\bDATETIME2\b|\bUNIQUEIDENTIFIER\b|\bNEWID\s*\(|\bGETDATE\s*\(|\[dbo\]|\bdbo\.|\bCLUSTERED\b|^\s*GO\s*$/im,
  ],
  ['oracle', /\bVARCHAR2\b|\bNUMBER\s*\(|\bSYSDATE\b|\bSYS_GUID\b|\bTABLESPACE\b/i],
];
/** DDL that SQLite does not have and several others do. */
const NOT_SQLITE =
  /\bADD\s+(?:CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|INDEX|KEY)\b|\bADD\s+COLUMN\s+IF\s+NOT\s+EXISTS\b|\bADD\s*\(|\b(?:MODIFY|CHANGE)\s+(?:COLUMN\s+)?\w|\bDROP\s+CONSTRAINT\b|\bCASCADE\s*$|\bCREATE\s+OR\s+REPLACE\b|\bTRUNCATE\b|\bINTERVAL\b|\bINCLUDE\s*\(|\bDEFAULT\s+\w+\s*\(|\bCREATE\s+(?:DATABASE|USER)\b|\bPARTITION\s+BY\b|\bEXCLUDE\b|\bNULLS\s+NOT\s+DISTINCT\b/i;

/** The dialect that has a marker in the statements; `generic` when none has. SQLite only when no other has one. */
export function sniffDialect(statements: readonly SqlStatement[], path = ''): SqlDialect {
  const found = new Set<SqlDialect>();
  for (const { bare } of statements) {
    for (const [dialect, pattern] of MARKERS) {
      if (!found.has(dialect) && pattern.test(bare)) found.add(dialect);
    }
  }
  for (const dialect of ['mysql', 'mssql', 'oracle', 'postgresql'] as const)
    if (found.has(dialect)) return dialect;
  if (found.has('sqlite')) return 'sqlite';
  if (/postgres|(?:^|[^a-z])pg(?:sql)?(?:[^a-z]|$)/i.test(path)) return 'postgresql';
  if (/mysql|mariadb/i.test(path)) return 'mysql';
  if (/mssql|sqlserver/i.test(path)) return 'mssql';
  if (/oracle/i.test(path)) return 'oracle';
  return 'generic';
}

/** True when a refusal by SQLite says nothing about the statement, since other databases take it. */
export function isForeignStatement({ bare }: SqlStatement): boolean {
  return NOT_SQLITE.test(bare);
}
