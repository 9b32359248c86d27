/** Looks over the knowledge base: what it cites has changed or gone, what it says twice, what rests on nothing. */
import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { KnowledgeEntry } from '../../contracts/memory.ts';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { parseCitation } from '../../memory/ingestion/citation.ts';
import { digestOf } from '../../shared/json.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';

const MAX_ENTRIES = 10_000;
const MAX_LISTED = 500;
const MAX_EVIDENCE = 40;

const STALE: RuleInfo = {
  id: 'stale-knowledge',
  severity: 'warning',
  title: 'Knowledge taken from a passage that has changed since',
  help: 'Agents still answer with what stood here before. Ingest the file again.',
};

const input = z.object({}).loose();
const entryRow = { id: z.string(), title: z.string() };
const output = z.object({
  entries: z.number(),
  /** True when there are more entries than are looked at. */
  isTruncated: z.boolean(),
  /** Entries that cite lines of a file, and what became of these. */
  cited: z.object({
    total: z.number(),
    same: z.number(),
    moved: z.number(),
    changed: z.number(),
    missing: z.number(),
  }),
  stale: z.array(
    z.object({
      ...entryRow,
      source: z.string(),
      /** `moved`: the file changed, the passage still stands in it. */
      state: z.enum(['moved', 'changed', 'missing']),
    }),
  ),
  /** Entries with the same text, but for spaces and case. */
  duplicates: z.array(z.object({ ids: z.array(z.string()), title: z.string() })),
  /** Entries that name neither a source nor a reference. */
  withoutReference: z.array(z.object(entryRow)),
});
type Output = z.infer<typeof output>;
type State = 'same' | 'moved' | 'changed' | 'missing';

/** Stale, repeated and unfounded entries of the knowledge base. Changes nothing. */
export const knowledgeUpkeep: Skill<z.infer<typeof input>, Output> = {
  name: 'knowledge-upkeep',
  title: 'Knowledge upkeep',
  description:
    'Checks that cited passages still stand in their files; lists repeated entries and those without a reference.',
  taskTypes: ['research'],
  sideEffects: 'read',
  rules: [STALE],
  input,
  output,
  async available(context) {
    if (entriesOf(context).length > 0) return { status: 'available' };
    return { status: 'not-applicable', reason: 'The knowledge base has no entry.' };
  },
  async run(_input, context) {
    const entries = entriesOf(context);
    const parts: FindingParts[] = [];
    const evidence: Evidence[] = [];
    const states: Record<State, number> = { same: 0, moved: 0, changed: 0, missing: 0 };
    const stale: Output['stale'] = [];
    const read = new Map<string, TextFile>();
    for (const entry of entries) {
      context.signal.throwIfAborted();
      const citation = parseCitation(entry.source);
      // Without the file's digest beside it, nothing says what the cited lines were.
      if (citation === undefined || !entry.references.some(isDigest)) continue;
      const file = await openCited(context, citation.path);
      const state = stateOf(entry, file);
      states[state] += 1;
      if (file !== undefined) read.set(file.path, file);
      if (state === 'same') continue;
      const { id, title } = entry;
      stale.push({ id, title: title.slice(0, 200), source: entry.source?.slice(0, 500) ?? '', state });
      if (state !== 'changed' || file === undefined) continue;
      const line = Math.min(citation.line, Math.max(1, file.lines.length));
      parts.push({
        rule: STALE,
        message: `The knowledge "${title.slice(0, 80)}" was taken from here; the text has changed since.`,
        suggestion: 'Ingest the file again, or delete the entry.',
        location: locate(file, line),
      });
    }
    for (const file of [...read.values()].slice(0, MAX_EVIDENCE)) evidence.push(locate(file, 1));
    for (const { id, title, content } of entries.slice(0, MAX_EVIDENCE))
      evidence.push({ type: 'document', id, title: title.slice(0, 200), digest: digestOf(content) });
    const duplicates = duplicatesOf(entries);
    const bare = entries.filter(({ source, references }) => source === null && references.length === 0);
    const cited = states.same + states.moved + states.changed + states.missing;
    const data: Output = {
      entries: entries.length,
      isTruncated: entries.length >= MAX_ENTRIES,
      cited: { total: cited, ...states },
      stale: stale.slice(0, MAX_LISTED),
      duplicates: duplicates.slice(0, MAX_LISTED),
      withoutReference: bare
        .slice(0, MAX_LISTED)
        .map(({ id, title }) => ({ id, title: title.slice(0, 200) })),
    };
    return {
      summary:
        `${entries.length} entries; of ${cited} that cite a file, ${states.changed} have changed and ${states.missing} are gone. ` +
        `${duplicates.length} are there more than once, ${bare.length} name no reference.`,
      data,
      findings: makeFindings(parts),
      evidence,
    };
  },
};

function entriesOf({ knowledge }: SkillContext): readonly KnowledgeEntry[] {
  return knowledge.search({ limit: MAX_ENTRIES });
}

function isDigest(reference: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(reference);
}

/** Citations of other folders or addresses don't open here. */
async function openCited({ workspace }: SkillContext, path: string): Promise<TextFile | undefined> {
  if (path.startsWith('/') || path.includes('\0') || path.split('/').includes('..')) return undefined;
  return workspace.read(path);
}

function stateOf({ content, references }: KnowledgeEntry, file: TextFile | undefined): State {
  if (file === undefined) return 'missing';
  if (references.includes(file.digest)) return 'same';
  const standing = new Set(file.lines.map((line) => line.trim()));
  const wanted = content.split(/\r\n|\n|\r/).map((line) => line.trim());
  return wanted.every((line) => line === '' || standing.has(line)) ? 'moved' : 'changed';
}

function duplicatesOf(entries: readonly KnowledgeEntry[]): Output['duplicates'] {
  const byText = new Map<string, KnowledgeEntry[]>();
  for (const entry of entries) {
    const key = digestOf(entry.content.replace(/\s+/g, ' ').trim().toLowerCase());
    byText.set(key, [...(byText.get(key) ?? []), entry]);
  }
  return [...byText.values()]
    .filter((same) => same.length > 1)
    .map((same) => ({ ids: same.map(({ id }) => id), title: (same[0]?.title ?? '').slice(0, 200) }));
}
