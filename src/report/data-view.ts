/** Shows an artifact's data whatever its shape: figures as tiles, records as tables, the rest as lists. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { count, html, type Markup, shorten } from './markup.ts';

const MAX_ROWS = 12;
const MAX_COLUMNS = 8;
/** Records with tables of their own. */
const MAX_RECORDS = 6;
/** Tables of one record. */
const MAX_TABLES = 2;
const MAX_TEXT = 160;
/** Members of each sort. */
const MAX_MEMBERS = 30;
/** Items of a list that are looked at before it is written as text. */
const MAX_JOINED = 40;

/** Members named in `hidden` are left out, as are empty lists and objects. */
export function dataView(data: JsonObject, hidden: readonly string[] = []): Markup {
  const entries = Object.entries(data).filter(([key]) => !hidden.includes(key));
  const figures = entries.filter(([, value]) => isLeaf(value));
  const objects = entries.filter(([, value]) => isRecord(value) && Object.keys(value).length > 0);
  const lists = entries.filter(([, value]) => Array.isArray(value) && value.length > 0);
  return html`${
    figures.length === 0
      ? null
      : html`<dl class="figures">${figures.slice(0, MAX_MEMBERS).map(([key, value]) => html`<div><dt>${label(key)}</dt><dd>${leaf(value)}</dd></div>`)}</dl>`
  }${objects.slice(0, MAX_MEMBERS).map(([key, value]) => section(key, objectView(value as JsonObject)))}${lists.slice(0, MAX_MEMBERS).map(([key, value]) => section(key, listView(value as readonly JsonValue[])))}${
    Math.max(figures.length, objects.length, lists.length) > MAX_MEMBERS
      ? html`<p class="more">and more in report.json</p>`
      : null
  }`;
}

function section(key: string, content: Markup): Markup {
  return html`<div class="data"><h4>${label(key)}</h4>${content}</div>`;
}

function objectView(value: JsonObject): Markup {
  const entries = Object.entries(value);
  return html`<div class="scroll"><table><tbody>${entries.slice(0, MAX_ROWS).map(([key, member]) => html`<tr><th scope="row">${shorten(key, MAX_TEXT)}</th><td>${cell(member)}</td></tr>`)}</tbody></table></div>${more(entries.length)}`;
}

function listView(items: readonly JsonValue[]): Markup {
  const shown = items.slice(0, MAX_ROWS);
  if (!shown.every(isRecord)) {
    return html`<ul>${shown.map((item) => html`<li>${cell(item)}</li>`)}</ul>${more(items.length)}`;
  }
  if (shown.some((record) => Object.values(record).some(isTable)))
    return recordsView(items as readonly JsonObject[]);
  return tableView(shown, items.length);
}

/** Records that hold tables themselves: each has a line of its figures, and its tables below. */
function recordsView(records: readonly JsonObject[]): Markup {
  const shown = records.slice(0, MAX_RECORDS).map((record) => {
    const entries = Object.entries(record);
    const figures = entries.filter(([, value]) => !isTable(value) && value !== null && value !== '');
    const tables = entries.flatMap(([, value]) => (isTable(value) ? [value] : []));
    const left = Math.max(0, figures.length - MAX_COLUMNS) + Math.max(0, tables.length - MAX_TABLES);
    return html`<div class="record"><p>${figures.slice(0, MAX_COLUMNS).map(([key, value]) => html`<span><i>${label(key)}</i> ${cell(value)}</span>`)}</p>${tables
      .slice(0, MAX_TABLES)
      .map((table) => tableView(table.slice(0, MAX_ROWS), table.length, record))}${
      left === 0 ? null : html`<p class="more">and ${count(left, 'more member')} in report.json</p>`
    }</div>`;
  });
  return html`${shown}${more(records.length, 0, MAX_RECORDS)}`;
}

/** Columns that hold nothing, or only what the line of `owner` above says already, are left out. */
function tableView(shown: readonly JsonObject[], total: number, owner: JsonObject = {}): Markup {
  const saysMore = (column: string, value: JsonValue | undefined): boolean =>
    !isEmpty(value) &&
    !(isLeaf(value as JsonValue) && Object.hasOwn(owner, column) && value === owner[column]);
  const every = [...new Set(shown.flatMap((record) => Object.keys(record)))];
  const telling = every.filter((column) => shown.some((record) => saysMore(column, record[column])));
  const all = telling.length === 0 ? every : telling;
  const columns = all.slice(0, MAX_COLUMNS);
  const isNumeric = new Set(
    columns.filter((column) => shown.every((record) => typeof (record[column] ?? 0) === 'number')),
  );
  const align = (column: string): string => (isNumeric.has(column) ? 'number' : 'words');
  return html`<div class="scroll"><table><thead><tr>${columns.map((column) => html`<th scope="col" class="${align(column)}">${label(column)}</th>`)}</tr></thead><tbody>${shown.map(
    (record) =>
      html`<tr>${columns.map((column) => html`<td class="${align(column)}">${cell(record[column])}</td>`)}</tr>`,
  )}</tbody></table></div>${more(total, all.length - columns.length)}`;
}

function more(total: number, columns = 0, limit = MAX_ROWS): Markup | null {
  const parts = [
    ...(total > limit ? [`${(total - limit).toLocaleString('en-US')} more`] : []),
    ...(columns > 0 ? [`${columns} more ${columns === 1 ? 'column' : 'columns'}`] : []),
  ];
  return parts.length === 0 ? null : html`<p class="more">and ${parts.join(', ')} in report.json</p>`;
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (isLeaf(value)) return leaf(value);
  if (!Array.isArray(value)) return isPlace(value) ? place(value) : pairs(value as JsonObject);
  const items = (value as readonly JsonValue[]).slice(0, MAX_JOINED);
  return items.length === 0
    ? '–'
    : shorten(
        items
          .map((item) => (isPlace(item) ? place(item) : isRecord(item) ? pairs(item) : leaf(item)))
          .concat((value as readonly JsonValue[]).length > MAX_JOINED ? ['…'] : [])
          .join(', '),
        MAX_TEXT,
      );
}

function isEmpty(value: JsonValue | undefined): boolean {
  return (
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** A file and a line and nothing else, which fits into one cell. */
function isPlace(value: JsonValue): value is { readonly path: string; readonly line: number } {
  return (
    isRecord(value) &&
    Object.keys(value).length === 2 &&
    typeof value['path'] === 'string' &&
    typeof value['line'] === 'number'
  );
}

function place({ path, line }: { readonly path: string; readonly line: number }): string {
  return `${path}:${line}`;
}

/** A record inside a table in one line: `name: id, rows: 3`. */
function pairs(value: JsonObject): string {
  const entries = Object.entries(value);
  const shown = entries.slice(0, MAX_JOINED).map(([key, member]) => `${label(key)}: ${leaf(member)}`);
  return shorten([...shown, ...(entries.length > MAX_JOINED ? ['…'] : [])].join(', '), MAX_TEXT);
}

function leaf(value: JsonValue): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : String(Math.round(value * 1000) / 1000);
  if (typeof value === 'string') return shorten(value, MAX_TEXT);
  return Array.isArray(value) ? `[${(value as readonly JsonValue[]).length}]` : '{…}';
}

function isLeaf(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null;
}

/** A list that reads best as a table. */
function isTable(value: JsonValue): value is readonly JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    (value as readonly JsonValue[]).slice(0, MAX_ROWS).every((item) => isRecord(item) && !isPlace(item))
  );
}

function isRecord(value: JsonValue): value is JsonObject {
  return !isLeaf(value) && !Array.isArray(value);
}

/** `mostDependedOn` reads `most depended on`. */
function label(key: string): string {
  return shorten(key, MAX_TEXT).replace(
    /([a-z0-9])([A-Z])/g,
    (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
