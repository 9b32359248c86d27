/** The baseline: findings that are known and let pass, each with a reason and, where wanted, a last day. */
import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../contracts/artifact.ts';
import type { AnySkill } from '../contracts/skill.ts';
import { OrchestratorError, toError } from '../shared/errors.ts';
import type { AgentRun } from './agent-run.ts';
import { broken, readNamedFile } from './named-file.ts';
import { type BaselineEntry, type BaselineUse, baselineEntrySchema, type Report } from './report-schema.ts';

const WHAT = 'a baseline of this program';
const DAY_MS = 86_400_000;

/** A run of a very large folder has some thousand findings. */
const MAX_ENTRIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Entries are checked one by one, so that the first wrong one of very many ends it. */
const baselineSchema = z.strictObject({ schemaVersion: z.literal(1), entries: z.array(z.unknown()) });

/** A baseline that was read from a file. */
export interface NamedBaseline {
  readonly path: string;
  readonly digest: string;
  readonly entries: readonly BaselineEntry[];
}

/** Rejects with `not-found`, or `invalid-argument` naming the entry that is wrong or stands there twice. */
export async function readBaseline(path: string): Promise<NamedBaseline> {
  const limits = { maxBytes: MAX_BYTES, maxContainers: MAX_ENTRIES + 2 };
  const { digest, value } = await readNamedFile(path, WHAT, limits);
  const whole = baselineSchema.safeParse(value);
  if (!whole.success) throw misfit(path, '', whole.error);
  const places = new Map<string, number>();
  const entries = whole.data.entries.map((candidate, index) => {
    const outcome = baselineEntrySchema.safeParse(candidate);
    if (!outcome.success) throw misfit(path, `entries.${index}`, outcome.error);
    const entry = outcome.data;
    const key = `${keyOf(entry, entry.path)}\n${entry.until}`;
    const other = places.get(key);
    if (other !== undefined)
      throw broken(
        path,
        WHAT,
        `the finding of entries.${other} again at entries.${index} (keep one of them)`,
      );
    places.set(key, index);
    return entry;
  });
  return { path, digest, entries };
}

function misfit(path: string, within: string, { issues: [issue] }: z.ZodError): OrchestratorError {
  const place = [within, ...(issue?.path ?? [])].filter((part) => part !== '').join('.') || 'the whole';
  return broken(path, WHAT, `one that does not fit its schema at ${place} (${issue?.message ?? 'unknown'})`);
}

/** Finds out which findings the entries silence. An entry counts when its id, rule and path are those of the finding. */
export function useBaseline(
  agents: readonly AgentRun[],
  { path, digest, entries }: NamedBaseline,
  {
    skills,
    now,
    mask,
  }: {
    readonly skills: readonly AnySkill[];
    /** Milliseconds since the epoch. */
    readonly now: number;
    readonly mask: (text: string) => string;
  },
): {
  readonly use: BaselineUse;
  readonly silenced: ReadonlyMap<Finding, { readonly reason: string; readonly until?: string | undefined }>;
} {
  const findings = agents.flatMap(({ artifacts }) => artifacts.flatMap((artifact) => artifact.findings));
  const found = new Set(findings.map((finding) => keyOf(finding, finding.location.path)));
  const byKey = new Map<string, BaselineEntry>();
  const expired: BaselineEntry[] = [];
  for (const entry of entries) {
    if (isOver(entry, now)) expired.push(entry);
    else if (!byKey.has(keyOf(entry, entry.path))) byKey.set(keyOf(entry, entry.path), entry);
  }
  const silenced = new Map<Finding, { reason: string; until?: string | undefined }>();
  for (const finding of findings) {
    const entry = byKey.get(keyOf(finding, finding.location.path));
    if (entry !== undefined) silenced.set(finding, { reason: mask(entry.reason), until: entry.until });
  }
  const isLookedFor = lookedFor(agents, skills);
  const shown = (entry: BaselineEntry): BaselineEntry => ({ ...entry, reason: mask(entry.reason) });
  return {
    silenced,
    use: {
      path,
      digest,
      entryCount: entries.length,
      silencedCount: silenced.size,
      stale: entries
        .filter((entry) => !found.has(keyOf(entry, entry.path)) && isLookedFor(entry.rule))
        .map(shown),
      expired: expired.filter((entry) => found.has(keyOf(entry, entry.path))).map(shown),
    },
  };
}

/**
 * Writes what is found now. A finding that the baseline silenced keeps its entry, as does an entry whose skill could not
 * look this time; all others get `reason`. Resolves with the number of entries. Rejects with `invalid-argument` on a file
 * that is there and is no baseline, or where none can be written.
 */
export async function writeBaseline(
  path: string,
  report: Report,
  { reason, known }: { readonly reason: string; readonly known?: NamedBaseline | undefined },
): Promise<number> {
  await checkReplaceable(path);
  const entries = new Map<string, BaselineEntry>();
  const out = new Set(
    [...(report.baseline?.stale ?? []), ...(report.baseline?.expired ?? [])].map(
      (entry) => `${keyOf(entry, entry.path)}\n${entry.until}`,
    ),
  );
  for (const entry of known?.entries ?? []) {
    const key = keyOf(entry, entry.path);
    if (!out.has(`${key}\n${entry.until}`) && !entries.has(key)) entries.set(key, entry);
  }
  for (const { artifacts } of report.agents) {
    for (const { id, rule, location } of artifacts.flatMap(({ findings }) => findings)) {
      const entry = { id, rule, path: location.path, reason };
      if (!entries.has(keyOf(entry, entry.path))) entries.set(keyOf(entry, entry.path), entry);
    }
  }
  const inOrder = [...entries.values()].sort(
    (a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.id, b.id),
  );
  if (inOrder.length > MAX_ENTRIES)
    throw unwritable(path, `it would have ${inOrder.length} entries, over the ${MAX_ENTRIES} that are read`);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify({ schemaVersion: 1, entries: inOrder }, null, 2)}\n`, {
      flag: 'wx',
    });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const { code, message } = toError(cause) as NodeJS.ErrnoException;
    throw unwritable(path, code ?? message, cause);
  }
  return inOrder.length;
}

/** Rejects unless `path` is in a folder, and nothing is there, or a baseline, which may be replaced. */
export async function checkReplaceable(path: string): Promise<void> {
  const folder = await stat(dirname(path)).catch(() => undefined);
  if (folder?.isDirectory() !== true) throw unwritable(path, `there is no folder ${dirname(path)}`);
  if ((await stat(path).catch(() => undefined)) !== undefined) await readBaseline(path);
}

function unwritable(path: string, why: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('invalid-argument', `The baseline can't be written to ${path}: ${why}.`, {
    details: { path },
    cause,
  });
}

function isOver({ until }: BaselineEntry, now: number): boolean {
  return until !== undefined && now >= Date.parse(`${until}T00:00:00Z`) + DAY_MS;
}

/** Whether all skills that know the rule came to an end. A rule that no skill knows was looked for in vain. */
function lookedFor(agents: readonly AgentRun[], skills: readonly AnySkill[]): (rule: string) => boolean {
  const ended = new Set(
    agents.flatMap(({ artifacts }) =>
      artifacts
        .filter(({ status }) => status === 'done' || status === 'not-applicable')
        .map(({ skill }) => skill),
    ),
  );
  return (rule) => {
    const owners = skills.filter(({ rules }) => rules.some(({ id }) => id === rule));
    return owners.every(({ name }) => ended.has(name));
  };
}

function keyOf({ id, rule }: { readonly id: string; readonly rule: string }, path: string): string {
  return `${id}\n${rule}\n${path}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
