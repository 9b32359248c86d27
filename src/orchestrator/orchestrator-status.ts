/** How an orchestrator stands. */
import type { RunInfo, RunStatus } from '../contracts/backend.ts';

/** How an orchestrator stands. */
export interface OrchestratorStatus {
  readonly state: 'created' | 'running' | 'stopped';
  readonly tenant: string;
  /** Names, in the order of registration. */
  readonly agents: readonly string[];
  /** Runs of this tenant that the backend keeps, by status. */
  readonly runs: RunCounts;
  readonly activeConversations: number;
  /** The position of the newest event. */
  readonly eventPosition: number;
}

/** Runs by status; a status without runs is left out. */
export type RunCounts = Readonly<Partial<Record<RunStatus, number>>>;

/** Counts runs by status. */
export async function countRuns(runs: AsyncIterable<Pick<RunInfo, 'status'>>): Promise<RunCounts> {
  const counts: Partial<Record<RunStatus, number>> = {};
  for await (const { status } of runs) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
