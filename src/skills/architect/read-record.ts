/** Reads a decision record: number, title, status, date and what replaces it, in the shapes of Nygard, MADR and log4brains. */
import { posix } from 'node:path';
import type { Page } from '../docs/read-markdown.ts';

export interface DecisionRecord {
  readonly page: Page;
  readonly path: string;
  /** Out of the file's name; undefined for names without one, or with a date. */
  readonly number: number | undefined;
  readonly title: string;
  readonly status: { readonly text: string; readonly line: number } | undefined;
  readonly date: string | undefined;
  readonly isSuperseded: boolean;
  /** Numbers of records that its status names. */
  readonly successors: readonly number[];
  /** True when the status holds a link, whatever it is called, or the name of a record that begins with a date. */
  readonly hasSuccessorLink: boolean;
}

const FOLDER =
  /(?:^|\/)(?:adrs?|decisions?|decision[-_]records?|decision[-_]log|architecture[-_]decisions?|architecture[-_]decision[-_]records?)\/(?:[^/]+\/){0,2}[^/]+\.(?:md|markdown)$/i;
const NAME = /\.adr\.(?:md|markdown)$|(?:^|\/)adr[-_]\d{1,5}[^/]*\.(?:md|markdown)$/i;
const NO_RECORD =
  /(?:^|\/)(?:readme|index|template|contributing|_[^/]*|[^/]*template[^/]*)\.(?:md|markdown)$/i;
const DATE = /\b\d{4}-\d{2}-\d{2}\b/;

/** Whether a path is that of a decision record. Templates and tables of contents are none. */
export function isRecordPath(path: string): boolean {
  if (NO_RECORD.test(path) || /(?:^|\/)(?:node_modules|fixtures?|testdata)\//.test(path)) return false;
  return FOLDER.test(path) || NAME.test(path);
}

/** The number that a file's name begins with; a date or a long number is none. */
export function recordNumber(path: string): number | undefined {
  const name = posix.basename(path);
  if (/^(?:adr[-_ ]?)?\d{4}-\d{2}-\d{2}|^\d{8}/i.test(name)) return undefined;
  const digits = /^(?:adr[-_ ]?)?(\d{1,5})(?=[-_. ])/i.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function readRecord(page: Page): DecisionRecord {
  const { file } = page;
  const status = statusOf(page);
  const text = status?.text ?? '';
  const isSuperseded = /\b(?:superseded|replaced|obsoleted)\b/i.test(text);
  const replacement = isSuperseded ? text.slice(text.search(/superseded|replaced|obsoleted/i)) : '';
  return {
    page,
    path: file.path,
    number: recordNumber(file.path),
    title: page.headings[0]?.text.slice(0, 200) ?? posix.basename(file.path),
    status,
    date: dateOf(page),
    isSuperseded,
    // A date is no number: not the one of the change, and not the one that a name begins with.
    successors: [
      ...replacement.matchAll(/(?:ADR|decision|by|#)[-\s#[]{0,4}0*(\d{1,5})\b(?!-\d{2}-\d{2}\b)/gi),
    ].map((match) => Number(match[1])),
    hasSuccessorLink: /\]\([^)]+\)|\b\d{4}-\d{2}-\d{2}[-_]\w/.test(replacement),
  };
}

/** A front matter field, a `Status:` line in the first part, a row of a table, or the text under a heading. */
function statusOf({ file, headings }: Page): DecisionRecord['status'] {
  for (const [index, raw] of file.lines.slice(0, 60).entries()) {
    const line = raw.slice(0, 500);
    const text =
      /^\s*(?:[-*+]\s+|>\s*)?\**_*status_*\**\s*:\s*\**\s*(\S.*)$/i.exec(line)?.[1] ??
      /^\s*\|\s*\**status\**\s*\|\s*([^|]*[^|\s])\s*\|/i.exec(line)?.[1];
    if (text !== undefined) return { text: clean(text), line: index + 1 };
  }
  const heading = headings.find(({ text }) => /^(?:\d+\.?\s+)?status$/i.test(text.trim()));
  if (heading === undefined) return undefined;
  const next = headings.find(({ line }) => line > heading.line)?.line ?? file.lines.length + 1;
  const words: string[] = [];
  let first: number | undefined;
  for (let line = heading.line + 1; line < next && words.length < 8; line += 1) {
    const text = (file.lines[line - 1] ?? '').trim();
    if (text === '' || /^<!--|^=+$|^-{3,}$/.test(text)) continue;
    first ??= line;
    words.push(text.slice(0, 300));
  }
  return first === undefined ? undefined : { text: clean(words.join(' ')), line: first };
}

function clean(text: string): string {
  return text
    .replace(/^["']|["']$/g, '')
    .replace(/\*\*|__/g, '')
    .trim()
    .slice(0, 500);
}

function dateOf({ file }: Page): string | undefined {
  for (const line of file.lines.slice(0, 60)) {
    if (!/^\s*(?:[-*+>|]\s*)?\**_*(?:date|decided|datum)\b/i.test(line.slice(0, 60))) continue;
    const date = DATE.exec(line.slice(0, 200))?.[0];
    if (date !== undefined) return date;
  }
  return DATE.exec(posix.basename(file.path))?.[0];
}
