/** Records of one file in rows and columns, whatever format they came from; every value knows its line. */
import type { TextFile } from '../../contracts/workspace.ts';

/** What a cell holds. In delimited text all cells are strings; `nested` stands for an object or array. */
export type CellValue = string | number | boolean | null | { readonly nested: string };

export interface TableRow {
  readonly line: number;
  /** By column; undefined where the record has no such member. */
  readonly values: readonly (CellValue | undefined)[];
  /** Lines of the values where they differ from the row's. */
  readonly lines?: readonly number[];
}

export interface Table {
  readonly file: TextFile;
  /** Which part of the file: empty for the whole of it, a member's name for `{ "users": [ … ] }`. */
  readonly name: string;
  readonly format: 'delimited' | 'json' | 'ndjson';
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Rows that do not have as many cells as the table has columns. */
export interface RaggedRow {
  readonly line: number;
  readonly expected: number;
  readonly found: number;
  /** Set when the row could not be read to its end. */
  readonly reason?: string;
}

/** The line of one value. */
export function lineOf(row: TableRow, column: number): number {
  return row.lines?.[column] ?? row.line;
}
