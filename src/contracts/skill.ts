/** A skill: one real thing an agent can do, with or without a model. */
import type { Logger } from '../observability/logger.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Clock } from '../shared/time.ts';
import type { Artifact, Evidence, Finding, Severity } from './artifact.ts';
import type { KnowledgeReader } from './memory.ts';
import type { ProgramRunner } from './program.ts';
import type { Schema } from './schema.ts';
import type { TaskType } from './task.ts';
import type { Workspace } from './workspace.ts';

export const SIDE_EFFECTS = ['none', 'read', 'write', 'external'] as const;
/**
 * What doing it changes. `none`: nothing, computes only. `read`: looks at the workspace or runs a program that only
 * reads. `write`: changes files of the workspace. `external`: changes something outside.
 */
export type SideEffects = (typeof SIDE_EFFECTS)[number];

/** A rule that a skill's findings can carry; shown in reports and docs. */
export interface RuleInfo {
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** Why it matters and what to do. */
  readonly help: string;
}

/** What a skill may use. */
export interface SkillContext {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly workspace: Workspace;
  readonly runner: ProgramRunner;
  readonly knowledge: KnowledgeReader;
  /** True when programs that come from the workspace (its tests, its scripts) may run. */
  readonly allowExecute: boolean;
  /** Artifacts of the tasks this one depends on, and of earlier steps of the workflow. */
  readonly artifacts: readonly Artifact[];
  /** The task's title and description; data, not instructions. */
  readonly request: { readonly title: string; readonly description: string };
}

/** Whether a skill can do something here and now. */
export type Availability =
  | { readonly status: 'available' }
  | { readonly status: 'unavailable' | 'not-applicable'; readonly reason: string };

/** What a skill hands back; the caller makes the artifact of it. */
export interface SkillOutput<D extends JsonObject = JsonObject> {
  /** @default 'done' */
  readonly status?: 'done' | 'unavailable' | 'not-applicable';
  /** Needed when the status is not `done`. */
  readonly reason?: string;
  /** One or two sentences with the figures that matter. */
  readonly summary: string;
  readonly data: D;
  readonly findings?: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

/** One real thing that an agent can do, with or without a model. */
export interface Skill<I = unknown, D extends JsonObject = JsonObject> {
  /** Kebab-case, unique in an agent: `secret-scan`. Also the artifact's kind. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Tasks for which an agent without a model picks this skill. */
  readonly taskTypes: readonly TaskType[];
  readonly sideEffects: SideEffects;
  readonly rules: readonly RuleInfo[];
  readonly input: Schema<I>;
  readonly output: Schema<D>;
  /** Cheap look at what is there; runs no program of the workspace. */
  available(context: SkillContext): Promise<Availability>;
  /** Does it. Throwing gives an artifact with the status `failed`. */
  run(input: I, context: SkillContext): Promise<SkillOutput<D>>;
  /** The input that makes it look for the answer to a question. Skills without it answer from what they found anyway. */
  inputFor?(question: string): I;
}

/** Any skill, its types forgotten. */
// biome-ignore lint/suspicious/noExplicitAny: a list of skills has no common input type
export type AnySkill = Skill<any, any>;
