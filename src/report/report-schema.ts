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

const finding = z.strictObject({
  id: z.string().min(1),
  rule: z.string().min(1),
  severity,
  message: z.string().min(1),
  suggestion: z.string().optional(),
  location,
  related: z.array(location).optional(),
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
  gate: z.strictObject({ isPassed: z.boolean(), limit: severity, reasons: z.array(z.string()) }),
  agents: z.array(agent),
  rules: z.array(rule),
  excerpts: z.record(z.string(), excerpt),
});

export type Report = z.infer<typeof reportSchema>;
export type ReportFinding = z.infer<typeof finding>;
export type ReportArtifact = z.infer<typeof artifact>;
export type ReportAgent = z.infer<typeof agent>;
