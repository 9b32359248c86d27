/** A STRIDE table of what was found in the code: where it is entered, what it reaches, and whether a check lies between. */
import { z } from 'zod';
import type { Skill } from '../../contracts/skill.ts';
import { locate } from '../kit/finding.ts';
import { loadSources } from '../source/load-sources.ts';
import type { SourceModel } from '../source/source-model.ts';
import { ENTRY_KINDS, readThreats, SINK_KINDS, type SinkKind } from './threat-entries.ts';

const STRIDE = [
  'spoofing',
  'tampering',
  'repudiation',
  'information-disclosure',
  'denial-of-service',
  'elevation-of-privilege',
] as const;
type Stride = (typeof STRIDE)[number];
/** What can go wrong at each sort of sink, most serious first. */
const THREATS: Readonly<Record<SinkKind, readonly (readonly [Stride, string])[]>> = {
  process: [['elevation-of-privilege', 'runs a program with values from outside']],
  code: [['elevation-of-privilege', 'runs text from outside as code']],
  database: [
    ['tampering', 'changes stored data through what is put into a statement'],
    ['information-disclosure', 'reads rows that are not the caller’s'],
  ],
  files: [
    ['tampering', 'writes where the caller says'],
    ['information-disclosure', 'reads a file that the caller names'],
  ],
  network: [['information-disclosure', 'sends to an address that the caller decides']],
};
const MAX_ROWS = 500;
const MAX_NODES = 40;
const NOTHING = 'No entry from outside was found: no route, server, command line, queue or schedule.';

const count = z.number().int();
const place = z.object({ path: z.string(), line: count });
const input = z.object({}).loose();
const output = z.object({
  entries: z.array(place.extend({ kind: z.enum(ENTRY_KINDS), name: z.string(), isGuarded: z.boolean() })),
  sinks: z.array(
    place.extend({
      kind: z.enum(SINK_KINDS),
      name: z.string(),
      trust: z.enum(['constant', 'unknown', 'input', 'request']),
      checkLine: count.nullable(),
    }),
  ),
  dataStores: z.array(z.string()),
  threats: z.array(
    z.object({
      stride: z.enum(STRIDE),
      what: z.string(),
      entry: place.extend({ name: z.string() }),
      /** Null for threats of the entry itself. */
      sink: place.extend({ name: z.string() }).nullable(),
      /** Whether a check was found between entry and sink, or before the handler. */
      isChecked: z.boolean(),
      checkLine: count.nullable(),
    }),
  ),
  isTruncated: z.boolean(),
  /** A flow of data for a Mermaid renderer. */
  mermaid: z.string(),
});
type Output = z.infer<typeof output>;

/** Threats by STRIDE, each with the places of its entry and its sink. Judges nothing: the table is for people to work with. */
export const threatModel: Skill<z.infer<typeof input>, Output> = {
  name: 'threat-model',
  title: 'Threat model',
  description:
    'Makes a STRIDE table of entries and sinks found in the code, with a flow of data; reports no findings.',
  taskTypes: ['security_review'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available({ workspace, signal }) {
    const model = await loadSources(workspace, signal);
    for (const { hasAst, isTest, isFixture, ast } of modulesOf(model)) {
      if (!hasAst || isTest || isFixture || ast === undefined) continue;
      if (readThreats(ast).entries.length > 0) return { status: 'available' };
    }
    return { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, { workspace, signal }) {
    const model = await loadSources(workspace, signal);
    const data: Output = {
      entries: [],
      sinks: [],
      dataStores: [],
      threats: [],
      isTruncated: false,
      mermaid: '',
    };
    for (const { path, isTest, isFixture, ast } of modulesOf(model)) {
      signal.throwIfAborted();
      if (isTest || isFixture || ast === undefined) continue;
      const { entries, sinks } = readThreats(ast);
      data.entries.push(
        ...entries.map(({ kind, line, name, isGuarded }) => ({ path, line, kind, name, isGuarded })),
      );
      data.sinks.push(
        ...sinks.map(({ checkLine, ...sink }) => ({ path, ...sink, checkLine: checkLine ?? null })),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    data.dataStores = [
      ...new Set(data.sinks.flatMap(({ kind, path }) => (kind === 'database' ? [path] : []))),
    ];
    data.threats = threatsOf(data, model);
    data.isTruncated = data.threats.length > MAX_ROWS;
    data.threats = data.threats.slice(0, MAX_ROWS);
    data.mermaid = diagramOf(data);
    const open = data.threats.filter(({ isChecked }) => !isChecked).length;
    const evidence = [...data.entries, ...data.sinks].slice(0, 20).flatMap(({ path, line }) => {
      const file = model.modules.get(path)?.file;
      return file === undefined ? [] : [locate(file, line)];
    });
    if (evidence.length === 0)
      return { status: 'not-applicable', reason: NOTHING, summary: NOTHING, data, evidence: [] };
    return {
      summary: `${data.entries.length} entries and ${data.sinks.length} sinks give ${data.threats.length} threats, ${open} of them without a check that was found.`,
      data,
      evidence,
    };
  },
};

const modulesOf = ({ modules }: SourceModel) => [...modules.values()];

/** Rows of entries themselves, and of each sink with a value that is not fixed in a module that an entry's module loads. */
function threatsOf({ entries, sinks }: Output, model: SourceModel): Output['threats'] {
  const rows: Output['threats'] = [];
  const reach = new Map<string, ReadonlySet<string>>();
  for (const { path, line, name, kind, isGuarded } of entries) {
    const entry = { path, line, name };
    if (kind === 'http' || kind === 'socket')
      rows.push(
        {
          stride: 'spoofing',
          what: 'A caller passes for somebody else.',
          entry,
          sink: null,
          isChecked: isGuarded,
          checkLine: null,
        },
        {
          stride: 'denial-of-service',
          what: 'A caller asks more than can be served.',
          entry,
          sink: null,
          isChecked: false,
          checkLine: null,
        },
      );
    let reached = reach.get(path);
    if (reached === undefined) {
      reached = reachedFrom(path, model);
      reach.set(path, reached);
    }
    for (const sink of sinks) {
      if (sink.trust === 'constant' || !reached.has(sink.path) || rows.length > MAX_ROWS) continue;
      for (const [stride, what] of THREATS[sink.kind])
        rows.push({
          stride,
          what: `The call ${what}.`,
          entry,
          sink: { path: sink.path, line: sink.line, name: sink.name },
          isChecked: sink.checkLine !== null,
          checkLine: sink.checkLine,
        });
    }
  }
  return rows;
}

function reachedFrom(path: string, model: SourceModel): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue = [path];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    for (const { target, isTypeOnly } of model.modules.get(next)?.imports ?? [])
      if (target !== undefined && !isTypeOnly) queue.push(target);
  }
  return reached;
}

function diagramOf({ entries, threats, sinks }: Output): string {
  const lines = ['flowchart LR', '  outside([outside])'];
  const ids = new Map<string, string>();
  const nodeOf = (key: string, label: string, shape: readonly [string, string]): string => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = `n${ids.size + 1}`;
    ids.set(key, id);
    lines.push(`  ${id}${shape[0]}"${escapeLabel(label)}"${shape[1]}`);
    return id;
  };
  const edges = new Set<string>();
  for (const { path, line, name } of entries.slice(0, MAX_NODES / 2))
    edges.add(`  outside --> ${nodeOf(`${path}:${line}`, name, ['[', ']'])}`);
  for (const { entry, sink, isChecked } of threats) {
    const from = ids.get(`${entry.path}:${entry.line}`);
    if (sink === null || from === undefined || ids.size > MAX_NODES) continue;
    const kind = sinks.find((one) => one.path === sink.path && one.line === sink.line)?.kind;
    const shape = kind === 'database' || kind === 'files' ? (['[(', ')]'] as const) : (['{{', '}}'] as const);
    edges.add(
      `  ${from} ${isChecked ? '-->' : '-.->'} ${nodeOf(`${sink.path}:${sink.line}`, `${sink.name} ${sink.path}:${sink.line}`, shape)}`,
    );
  }
  return [...lines, ...edges].join('\n');
}

/** Names of the repository must not become Mermaid. */
function escapeLabel(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} ./:_*-]/gu, (one) => `#${one.codePointAt(0)};`).slice(0, 300);
}
