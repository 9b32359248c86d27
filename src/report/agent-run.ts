/** What one agent did in a run that is reported. */
import type { Artifact, ArtifactStatus } from '../contracts/artifact.ts';

export interface AgentRun {
  readonly name: string;
  readonly description: string;
  readonly status: ArtifactStatus;
  /** Why it is not `done`. */
  readonly reason: string | null;
  /** From the start of the whole run. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly artifacts: readonly Artifact[];
}
