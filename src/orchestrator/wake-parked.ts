/** Tells a run that the agent it waits for is here. */
import { agentSignal } from '../agents/running/parked-runs.ts';
import { OrchestratorError, toError } from '../shared/errors.ts';
import { pause } from '../shared/pause.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 30_000;

/**
 * Nothing else would wake the run: what the backend can't take in now is told again until it can, or until `closing`
 * aborts. Never rejects.
 */
export async function wakeParked(
  runId: string,
  agent: string,
  { backend, tenant, clock, logger }: Pick<ResolvedOptions, 'backend' | 'tenant' | 'clock' | 'logger'>,
  closing: AbortSignal,
): Promise<void> {
  for (let delay = FIRST_RETRY_MS; !closing.aborted; delay = Math.min(delay * 2, LONGEST_RETRY_MS)) {
    try {
      await backend.signal(runId, tenant, agentSignal(agent), null);
      return;
    } catch (error) {
      // The run is gone, or the backend: the next program that has the agent goes on with it.
      if (OrchestratorError.isInstance(error) && (error.code === 'not-found' || error.code === 'stopped'))
        return;
      logger.warn(
        { runId, agent, error: toError(error).message },
        'a run could not be told that its agent is back',
      );
    }
    await pause(clock, delay, closing).catch(() => undefined);
  }
}
