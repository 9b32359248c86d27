/** The approvals of an orchestrator's tenant, told of as events of the runs that ask. */
import type { OrchestratorEventBody } from '../contracts/events.ts';
import { Approvals } from '../security/approvals/backend-approvals.ts';
import type { ResolvedOptions } from './orchestrator-options.ts';

export function openApprovals(
  { backend, clock, tenant }: Pick<ResolvedOptions, 'backend' | 'clock' | 'tenant'>,
  emit: (runId: string, body: OrchestratorEventBody) => void,
): Approvals {
  return new Approvals({
    backend,
    clock,
    tenant,
    tell: (approval) => {
      const type = approval.status === 'pending' ? 'approval-requested' : 'approval-decided';
      emit(approval.runId, { type, approval });
    },
  });
}
