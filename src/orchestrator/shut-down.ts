/** Ends what an orchestrator drives and holds, in the order in which one part needs the other. */
import type { AgentRegistry } from '../agents/running/agent-registry.ts';
import type { PluginManager } from '../plugins/plugin-manager.ts';
import { type Closing, closeAll } from '../shared/close-all.ts';
import { OrchestratorError } from '../shared/errors.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';
import type { Schedules } from './schedules/schedules.ts';

export interface RunningParts {
  readonly options: Pick<ResolvedOptions, 'backend' | 'adapters' | 'model' | 'clock'>;
  readonly registry: AgentRegistry;
  readonly plugins: PluginManager;
  readonly schedules: Schedules;
  /** Aborted once no run works any more: what is left is spoken to outside of runs. */
  readonly closing: AbortController;
}

/**
 * Tells `warn` what went wrong; what does not close in 5 s is left behind. Rejects when the backend does not stop, after
 * all the rest was closed.
 */
export async function shutDown(
  { options: { backend, adapters, model, clock }, registry, plugins, schedules, closing }: RunningParts,
  drainMs: number,
  warn: (error: unknown) => void,
): Promise<void> {
  const close = async (closings: readonly Closing[]): Promise<void> => {
    for (const error of await closeAll(clock, closings)) warn(error);
  };
  await close([{ what: 'the schedules', close: () => schedules.stop() }]);
  try {
    await backend.stop({ drainMs });
  } finally {
    closing.abort(new OrchestratorError('stopped', 'The orchestrator was shut down.'));
    for (const error of await registry.shutdown(clock)) warn(error);
    const pluggedIn = plugins.adapters();
    // Each has a limit of its own: one that hangs does not keep the others from closing.
    await plugins.shutdownAll();
    const doors: Closing[] = [...adapters, ...pluggedIn].map((adapter) => ({
      what: `the adapter ${adapter.name}`,
      close: () => adapter.disconnect(),
    }));
    if (model !== undefined) doors.push({ what: 'the model', close: () => model.close() });
    await close(doors);
  }
}
