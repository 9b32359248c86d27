/** Checks the decision records of a repository, and drafts the next one from a decision that is given. */
import { posix } from 'node:path';
import { z } from 'zod';
import type { Evidence } from '../../contracts/artifact.ts';
import type { RuleInfo, Skill, SkillContext } from '../../contracts/skill.ts';
import { digestJson } from '../../shared/json.ts';
import { LinkChecker } from '../docs/check-links.ts';
import { loadPage } from '../docs/load-page.ts';
import type { Page } from '../docs/read-markdown.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { gatherParts } from '../kit/gather-parts.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { decisionInput, draftRecord } from './draft-record.ts';
import { type DecisionRecord, isRecordPath, readRecord, recordNumber } from './read-record.ts';

const MAX_RECORDS = 1_000;
const RULES = {
  link: {
    id: 'adr-broken-link',
    severity: 'error',
    title: 'A decision record leads to a file or record that is not there',
    help: 'Why something was decided can no longer be followed. Correct the link or name the record that took its place.',
  },
  number: {
    id: 'adr-duplicate-number',
    severity: 'error',
    title: 'Two decision records with one number',
    help: 'What refers to the number may mean either. Give the younger record the next free number.',
  },
  status: {
    id: 'adr-missing-status',
    severity: 'warning',
    title: 'Decision record without a status',
    help: 'Readers cannot tell whether it is in force. State proposed, accepted, deprecated or superseded by which record.',
  },
  successor: {
    id: 'adr-no-successor',
    severity: 'warning',
    title: 'Superseded decision record that does not say by which',
    help: 'Name the record that replaced it in the status, with a link.',
  },
} as const satisfies Record<string, RuleInfo>;

const input = z.looseObject({ decision: decisionInput.optional() });
const output = z.object({
  records: z.array(
    z.object({
      path: z.string(),
      number: z.number().nullable(),
      title: z.string(),
      status: z.string().nullable(),
      date: z.string().nullable(),
    }),
  ),
  folders: z.array(z.object({ folder: z.string(), records: z.number(), withStatus: z.number() })),
  /** Null without a decision in the input. `path` is a proposal: nothing is written. */
  draft: z.object({ path: z.string(), markdown: z.string() }).nullable(),
});
type Output = z.infer<typeof output>;

/** Decision records: their numbers, states and links, and a draft in the shape of MADR. */
export const decisionRecords: Skill<z.infer<typeof input>, Output> = {
  name: 'decision-records',
  title: 'Decision records',
  description:
    'Checks architecture decision records for status, number, successor and links; drafts one from a given decision.',
  taskTypes: ['architecture'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  available: async () => ({ status: 'available' }),
  async run({ decision }, context) {
    const { pages, paths } = await readRecords(context);
    const records = pages.map(readRecord);
    if (records.length === 0 && decision === undefined)
      return notApplicable('There is no decision record, and no decision is given to draft one from.');
    const parts = [
      ...(await brokenLinks(context, records, paths)),
      ...duplicateNumbers(records),
      ...missingStatus(records),
      ...missingSuccessor(records),
    ];
    const findings = makeFindings(parts);
    const evidence: Evidence[] = [...readEvidence(pages.map(({ file }) => file))];
    if (decision !== undefined)
      evidence.push({ type: 'document', id: 'input', title: decision.title, digest: digestJson(decision) });
    const folders = new Map<string, DecisionRecord[]>();
    for (const record of records) {
      const folder = posix.dirname(record.path);
      folders.set(folder, [...(folders.get(folder) ?? []), record]);
    }
    const data: Output = {
      records: records.map(({ path, number, title, status, date }) => ({
        path,
        number: number ?? null,
        title,
        status: status?.text ?? null,
        date: date ?? null,
      })),
      folders: [...folders].map(([folder, own]) => ({
        folder,
        records: own.length,
        withStatus: own.filter(({ status }) => status !== undefined).length,
      })),
      draft:
        decision === undefined
          ? null
          : { path: nextPath(folders, decision.title), markdown: draftRecord(decision) },
    };
    return {
      summary:
        `${records.length} decision records in ${folders.size} folders; ${findings.length} findings.` +
        (data.draft === null ? '' : ` One was drafted for ${data.draft.path}.`),
      data,
      findings,
      evidence,
    };
  },
};

async function readRecords({ workspace, signal }: SkillContext): Promise<{
  readonly pages: readonly Page[];
  readonly paths: ReadonlySet<string>;
}> {
  const { files } = await workspace.list({ signal });
  const pages: Page[] = [];
  for (const { path } of files) {
    if (!isRecordPath(path) || pages.length >= MAX_RECORDS) continue;
    signal.throwIfAborted();
    const file = await workspace.read(path);
    const page = file === undefined ? undefined : await loadPage(workspace, file);
    if (page !== undefined) pages.push(page);
  }
  return { pages, paths: new Set(files.map(({ path }) => path)) };
}

async function brokenLinks(
  { workspace, signal }: SkillContext,
  records: readonly DecisionRecord[],
  paths: ReadonlySet<string>,
): Promise<readonly FindingParts[]> {
  const checker = new LinkChecker(workspace, paths, new Map(records.map(({ page, path }) => [path, page])));
  const parts: FindingParts[] = [];
  for (const { page } of records) {
    signal.throwIfAborted();
    const seen = new Set<string>();
    for (const link of page.links) {
      const outcome = await checker.check(page, link);
      const key = `${link.line}\n${link.url}`;
      if (outcome.type !== 'missing-file' || seen.has(key)) continue;
      seen.add(key);
      parts.push({
        rule: RULES.link,
        message: `The link ${link.url.slice(0, 200)} leads to ${outcome.target.slice(0, 200)}, which does not exist.`,
        suggestion: 'Correct the path, or name the record that took its place.',
        location: locate(page.file, link.line, { column: link.column }),
      });
    }
  }
  return parts;
}

/** Numbers count within one folder: each part of a repository may number its own. */
function duplicateNumbers(records: readonly DecisionRecord[]): readonly FindingParts[] {
  const first = new Map<string, DecisionRecord>();
  return records.flatMap((record) => {
    if (record.number === undefined) return [];
    const key = `${posix.dirname(record.path)}\n${record.number}`;
    const other = first.get(key);
    // The same text in another language, `0003-x.de.md`, is the same record.
    if (other !== undefined && stemOf(other.path) === stemOf(record.path)) return [];
    if (other === undefined) {
      first.set(key, record);
      return [];
    }
    return [
      {
        rule: RULES.number,
        message: `${posix.basename(other.path)} has the number ${record.number} already.`,
        suggestion: 'Give this record the next free number.',
        location: locate(record.page.file, 1),
        related: [locate(other.page.file, 1)],
      },
    ];
  });
}

function stemOf(path: string): string {
  return posix.basename(path).replace(/(?:\.[a-z]{2}(?:-[a-z]{2})?)?\.(?:md|markdown)$/i, '');
}

/** Where no record of a folder has a status, that is its custom, and one hint says so. */
function missingStatus(records: readonly DecisionRecord[]): readonly FindingParts[] {
  const without = records.filter(({ status }) => status === undefined);
  const parts = without.map(({ page }) => ({
    rule: RULES.status,
    message: 'The record does not say whether it is proposed, accepted or superseded.',
    suggestion: 'Add a status, such as `accepted`.',
    location: locate(page.file, page.headings[0]?.line ?? 1),
  }));
  const isCustom = records.length > 2 && without.length === records.length;
  return gatherParts(isCustom ? parts.map((part) => ({ ...part, severity: 'info' as const })) : parts, {
    most: isCustom ? 1 : 20,
    kept: 0,
    message: (others) => `${others.length} decision records have no status, this one among them.`,
  });
}

function missingSuccessor(records: readonly DecisionRecord[]): readonly FindingParts[] {
  return records.flatMap(
    ({ page, path, status, isSuperseded, successors, hasSuccessorLink }): FindingParts[] => {
      if (status === undefined || !isSuperseded || hasSuccessorLink) return [];
      const siblings = records.filter((one) => posix.dirname(one.path) === posix.dirname(path));
      const missing = successors.find((number) => !siblings.some((one) => one.number === number));
      const location = locate(page.file, status.line);
      if (successors.length === 0)
        return [
          {
            rule: RULES.successor,
            message: 'The record is superseded, but does not say by which.',
            location,
          },
        ];
      if (missing === undefined) return [];
      return [
        {
          rule: RULES.link,
          message: `The record that replaces this one, ${missing}, does not exist.`,
          location,
        },
      ];
    },
  );
}

/** The folder with most records, and the next number if its records have numbers. */
function nextPath(folders: ReadonlyMap<string, readonly DecisionRecord[]>, title: string): string {
  const [folder = 'docs/decisions', own = []] =
    [...folders].sort((a, b) => b[1].length - a[1].length)[0] ?? [];
  const slug =
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'decision';
  const numbers = own.flatMap(({ path }) => recordNumber(path) ?? []);
  if (own.length > 0 && numbers.length === 0) return posix.join(folder, `${slug}.md`);
  const sample = own
    .map(({ path }) => /^(?:adr[-_ ]?)?(\d{1,5})/i.exec(posix.basename(path))?.[1])
    .find((one) => one !== undefined);
  const next = String(Math.max(0, ...numbers) + 1).padStart(sample?.length ?? 4, '0');
  return posix.join(folder, `${next}-${slug}.md`);
}
