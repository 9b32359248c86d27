/** The report in JSON: the one truth that HTML, Markdown and SARIF are made from. */
import { z } from 'zod';
import { ARTIFACT_STATUSES, SEVERITIES } from '../contracts/artifact.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const severity = z.enum(SEVERITIES);

const location = z.strictObject({
  type: z.literal('location'),
  path: z.string().min(1),
  line: z.int().min(1),
  endLine: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
  fileDigest: digest,
  excerpt: z.string(),
  masked: z.boolean().optional(),
});

const command = z.strictObject({
  type: z.literal('command'),
  argv: z.array(z.string()).min(1),
  exitCode: z.int().nullable(),
  outputDigest: digest,
  tool: z.string(),
  version: z.string().optional(),
  durationMs: z.number().min(0),
  sandbox: z.string(),
});

const document = z.strictObject({ type: z.literal('document'), id: z.string(), title: z.string(), digest });

const evidence = z.discriminatedUnion('type', [location, command, document]);

/** What lets a known finding pass. */
const silence = z.strictObject({ reason: z.string().min(1), until: z.iso.date().optional() });

const finding = z.strictObject({
  id: z.string().min(1),
  rule: z.string().min(1),
  severity,
  message: z.string().min(1),
  suggestion: z.string().optional(),
  location,
  related: z.array(location).optional(),
  /** Beside an earlier report; absent when none was given. */
  state: z.enum(['new', 'unchanged']).optional(),
  /** Known and let pass by the baseline: it counts neither in `totals` nor for the gate. */
  silenced: silence.optional(),
});

const count = z.int().min(0);

/** A finding of the earlier report that is not found any more. */
const fixedFinding = z.strictObject({
  id: z.string().min(1),
  agent: z.string().min(1),
  skill: z.string().min(1),
  rule: z.string().min(1),
  severity,
  message: z.string().min(1),
  path: z.string().min(1),
  /** In the file as it was. */
  line: z.int().min(1),
});

const comparison = z.strictObject({
  /** As it was named on the command line. */
  path: z.string(),
  digest,
  createdAt: z.iso.datetime(),
  version: z.string(),
  head: z.string().nullable(),
  /**
   * `unchecked` findings of the earlier report were not looked for: their skill did not come to an end. `new` and
   * `unchanged` are without silenced ones.
   */
  counts: z.strictObject({ new: count, unchanged: count, fixed: count, unchecked: count }),
  fixed: z.array(fixedFinding),
});

export const baselineEntrySchema = z.strictObject({
  id: z.string().min(1),
  rule: z.string().min(1),
  path: z.string().min(1),
  reason: z
    .string()
    .max(2000)
    .refine((text) => text.trim() !== '', { message: 'a reason is needed' }),
  /** The last day on which the entry counts, in UTC. */
  until: z.iso.date().optional(),
});

const baseline = z.strictObject({
  path: z.string(),
  digest,
  entryCount: count,
  silencedCount: count,
  /** They match nothing that was looked for. */
  stale: z.array(baselineEntrySchema),
  /** Out of date: what they silenced counts again. */
  expired: z.array(baselineEntrySchema),
});

const artifact = z
  .strictObject({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    kind: z.string().min(1),
    title: z.string().min(1),
    agent: z.string().min(1),
    skill: z.string().min(1),
    status: z.enum(ARTIFACT_STATUSES),
    reason: z.string().optional(),
    summary: z.string(),
    data: z.record(z.string(), z.json()),
    findings: z.array(finding),
    evidence: z.array(evidence),
    durationMs: z.number().min(0),
  })
  .refine(({ status, evidence }) => status !== 'done' || evidence.length > 0, {
    path: ['evidence'],
    message: 'a done artifact has evidence',
  })
  .refine(({ status, reason }) => status === 'done' || (reason !== undefined && reason.trim() !== ''), {
    path: ['reason'],
    message: 'an artifact that is not done says why',
  });

const excerpt = z.strictObject({
  /** The number of the first line. */
  from: z.int().min(1),
  lines: z.array(z.string()),
});

const agent = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  status: z.enum(ARTIFACT_STATUSES),
  reason: z.string().nullable(),
  startedAtMs: z.number().min(0),
  durationMs: z.number().min(0),
  artifacts: z.array(artifact),
});

const rule = z.strictObject({
  id: z.string(),
  severity,
  title: z.string(),
  help: z.string(),
  skill: z.string(),
});

/** What a report holds. Excerpts are by place: `path:line`, or `path:line-endLine`. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('autogen-orchestrator'), version: z.string() }),
  createdAt: z.iso.datetime(),
  durationMs: z.number().min(0),
  repository: z.strictObject({
    name: z.string(),
    fileCount: z.int().min(0),
    skippedCount: z.int().min(0),
    isTruncated: z.boolean(),
    languages: z.record(z.string(), z.int().min(0)),
    git: z
      .strictObject({
        head: z.string().nullable(),
        branch: z.string().nullable(),
        commitCount: z.int().min(0),
      })
      .nullable(),
  }),
  totals: z.record(severity, z.int().min(0)),
  gate: z.strictObject({
    isPassed: z.boolean(),
    limit: severity,
    reasons: z.array(z.string()),
    /** Skills that could not run, and files over the limit: a pass says nothing about them. */
    notJudged: z.array(z.string()).optional(),
    /** Only new findings were judged. */
    isNewOnly: z.boolean().optional(),
  }),
  comparison: comparison.optional(),
  baseline: baseline.optional(),
  agents: z.array(agent),
  rules: z.array(rule),
  excerpts: z.record(z.string(), excerpt),
});

export type Report = z.infer<typeof reportSchema>;
export type ReportFinding = z.infer<typeof finding>;
export type ReportArtifact = z.infer<typeof artifact>;
export type ReportAgent = z.infer<typeof agent>;
export type Comparison = z.infer<typeof comparison>;
export type BaselineUse = z.infer<typeof baseline>;
export type BaselineEntry = z.infer<typeof baselineEntrySchema>;
