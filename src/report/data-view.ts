/** Shows an artifact's data whatever its shape: figures as tiles, records as tables, the rest as lists. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { html, type Markup } from './markup.ts';

const MAX_ROWS = 12;
const MAX_COLUMNS = 8;
const MAX_TEXT = 160;

/** Members named in `hidden` are left out. */
export function dataView(data: JsonObject, hidden: readonly string[] = []): Markup {
  const entries = Object.entries(data).filter(([key]) => !hidden.includes(key));
  const figures = entries.filter(([, value]) => isLeaf(value));
  const lists = entries.filter(([, value]) => Array.isArray(value) && value.length > 0);
  const objects = entries.filter(
    ([, value]) => !isLeaf(value) && !Array.isArray(value) && Object.keys(value as JsonObject).length > 0,
  );
  return html`${
    figures.length === 0
      ? null
      : html`<dl class="figures">${figures.map(([key, value]) => html`<div><dt>${label(key)}</dt><dd>${leaf(value)}</dd></div>`)}</dl>`
  }${objects.map(([key, value]) => section(key, objectView(value as JsonObject)))}${lists.map(([key, value]) => section(key, listView(value as readonly JsonValue[])))}`;
}

function section(key: string, content: Markup): Markup {
  return html`<div class="data"><h5>${label(key)}</h5>${content}</div>`;
}

function objectView(value: JsonObject): Markup {
  const rows = Object.entries(value).slice(0, MAX_ROWS);
  return html`<table><tbody>${rows.map(([key, member]) => html`<tr><th scope="row">${key}</th><td>${cell(member)}</td></tr>`)}</tbody></table>${more(Object.keys(value).length)}`;
}

function listView(items: readonly JsonValue[]): Markup {
  const shown = items.slice(0, MAX_ROWS);
  if (!shown.every((item) => !isLeaf(item) && !Array.isArray(item))) {
    return html`<ul>${shown.map((item) => html`<li>${cell(item)}</li>`)}</ul>${more(items.length)}`;
  }
  const records = shown as readonly JsonObject[];
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))].slice(0, MAX_COLUMNS);
  return html`<div class="scroll"><table><thead><tr>${columns.map((column) => html`<th scope="col">${label(column)}</th>`)}</tr></thead><tbody>${records.map(
    (record) => html`<tr>${columns.map((column) => html`<td>${cell(record[column])}</td>`)}</tr>`,
  )}</tbody></table></div>${more(items.length)}`;
}

function more(total: number): Markup | null {
  return total > MAX_ROWS ? html`<p class="more">and ${total - MAX_ROWS} more in report.json</p>` : null;
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (isLeaf(value)) return leaf(value);
  const text =
    Array.isArray(value) && (value as readonly JsonValue[]).every(isLeaf)
      ? (value as readonly JsonValue[]).map(leaf).join(', ')
      : JSON.stringify(value);
  return cut(text);
}

function leaf(value: JsonValue): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Math.round(value * 1000) / 1000);
  return cut(String(value));
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function isLeaf(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null;
}

/** `mostDependedOn` reads `most depended on`. */
function label(key: string): string {
  return key.replace(
    /([a-z0-9])([A-Z])/g,
    (_match, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
