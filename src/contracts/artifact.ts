/** What work leaves behind: artifacts with evidence that anyone can reopen, and findings that point at a line. */
import type { JsonObject } from '../shared/json.ts';

/** How serious a finding is, least first. */
export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const;
/** How serious a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** `done`: it was done. `unavailable`: something it needs is missing. `not-applicable`: nothing here to do it on. */
export const ARTIFACT_STATUSES = ['done', 'unavailable', 'not-applicable', 'failed'] as const;
/** How far the work behind an artifact came. */
export type ArtifactStatus = (typeof ARTIFACT_STATUSES)[number];

/** A program that ran. */
export interface CommandEvidence {
  readonly type: 'command';
  readonly argv: readonly string[];
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  /** SHA-256 of its standard output, as `sha256:…`. */
  readonly outputDigest: string;
  readonly tool: string;
  readonly version?: string;
  readonly durationMs: number;
  /** The isolation it ran under: `bwrap`, `process` … */
  readonly sandbox: string;
}

/** A place in a file of the workspace. Lines and columns count from 1. */
export interface LocationEvidence {
  readonly type: 'location';
  /** Relative to the workspace, with `/`. */
  readonly path: string;
  readonly line: number;
  readonly endLine?: number;
  readonly column?: number;
  /** SHA-256 of the whole file as read, as `sha256:…`. */
  readonly fileDigest: string;
  /** The line's text, at most 200 characters, with secrets masked. */
  readonly excerpt: string;
  /** True when part of the excerpt was masked, so that it no longer equals the file's text. */
  readonly masked?: boolean;
}

/** A document from the knowledge base or an earlier artifact. */
export interface DocumentEvidence {
  readonly type: 'document';
  readonly id: string;
  readonly title: string;
  readonly digest: string;
}

/** Where a result comes from, in a form that anyone can check again. */
export type Evidence = CommandEvidence | LocationEvidence | DocumentEvidence;

/** One thing to know about one place. */
export interface Finding {
  /** Stable over runs and over moved lines: made from rule, path, the line's text and its ordinal. */
  readonly id: string;
  /** The rule that found it: `hardcoded-secret`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly suggestion?: string;
  readonly location: LocationEvidence;
  /** Further places that belong to it, such as the other files of an import cycle. */
  readonly related?: readonly LocationEvidence[];
}

/** A typed result. `data` follows the output schema of the skill named in `skill`. */
export interface Artifact {
  readonly schemaVersion: 1;
  /** Content-addressed: the same result has the same id. */
  readonly id: string;
  /** What sort of result: `secret-scan`, `module-graph` … */
  readonly kind: string;
  readonly title: string;
  readonly agent: string;
  readonly skill: string;
  readonly status: ArtifactStatus;
  /** Why it is not `done`; absent when it is. */
  readonly reason?: string;
  /** One or two sentences with the figures that matter, made from `data`. */
  readonly summary: string;
  readonly data: JsonObject;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  readonly durationMs: number;
}
