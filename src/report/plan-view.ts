/** Shows a plan's next tasks in their order: what to do first, what it is worth doing it for, and what waits. */
import type { JsonObject, JsonValue } from '../shared/json.ts';
import { html, type Markup, shorten } from './markup.ts';

/** Tasks shown; the rest stands in report.json. */
const MAX_TASKS = 15;
const MAX_TEXT = 200;

/** One line of the plan. */
export interface PlanLine {
  /** Place in the order, from 1. */
  readonly place: number;
  readonly priority: string;
  readonly title: string;
  readonly agent: string;
  /** Points; 0 when the plan says none. */
  readonly size: number;
  /** Places of the tasks that come before, in order. */
  readonly after: readonly number[];
}

/** The first tasks of a work plan's data, and how many there are in all. Empty for data of another shape. */
export function planLines(data: JsonObject): { readonly lines: readonly PlanLine[]; readonly total: number } {
  const tasks = recordsOf(data['tasks']);
  const places = new Map(tasks.map(({ id }, index) => [id, index + 1]));
  const lines = tasks.slice(0, MAX_TASKS).map((task, index): PlanLine => {
    const { wsjf, dependencies } = task;
    const size = isRecord(wsjf) ? wsjf['jobSize'] : 0;
    const before = Array.isArray(dependencies) ? (dependencies as readonly JsonValue[]) : [];
    return {
      place: index + 1,
      priority: textOf(task['priority']),
      title: textOf(task['title']),
      agent: textOf(task['agent']),
      size: typeof size === 'number' ? size : 0,
      after: before.flatMap((id) => places.get(id) ?? []).sort((a, b) => a - b),
    };
  });
  return { lines, total: tasks.length };
}

export function planView(data: JsonObject): Markup | undefined {
  const { lines, total } = planLines(data);
  if (lines.length === 0) return undefined;
  const more = total - lines.length;
  return html`<div class="data"><div class="scroll"><table><thead><tr><th scope="col" class="number">#</th><th scope="col">priority</th><th scope="col">task</th><th scope="col">agent</th><th scope="col" class="number">points</th><th scope="col">after</th></tr></thead><tbody>${lines.map(
    ({ place, priority, title, agent, size, after }) =>
      html`<tr><td class="number">${place}</td><td>${priority}</td><td class="words">${title}</td><td class="whole">${agent}</td><td class="number">${size}</td><td>${after.length === 0 ? '–' : after.map((one) => `#${one}`).join(', ')}</td></tr>`,
  )}</tbody></table></div>${more > 0 ? html`<p class="more">and ${more.toLocaleString('en-US')} more in report.json, with what each must meet</p>` : null}</div>`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? shorten(value, MAX_TEXT) : '';
}

function recordsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isRecord) : [];
}

function isRecord(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
