/**
 * Where work asks people, and people answer. A question is kept before anybody hears of it, and the first decision holds:
 * the record is decided by compare-and-set, then the run is told. Whatever is lost between the two is told again by
 * {@link ApprovalDesk.heal}.
 */
import type {
  Approval,
  ApprovalDecision,
  ApprovalRequest,
  ApprovalStatus,
} from '../../contracts/approval.ts';
import type { RunContext } from '../../contracts/backend.ts';
import type { StatePort } from '../../contracts/state.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { APPROVALS, approvalKey, fromRecord, type KeptApproval, toRecord } from './approval-record.ts';

/** What the desk needs of the backend and its owner. */
export interface ApprovalHost {
  readonly clock: Clock;
  state(): StatePort;
  /** Delivers to the run. One that has ended ignores it; one that is gone rejects with `not-found`. */
  signal(runId: string, name: string, payload: JsonValue, dedupeKey: string): Promise<void>;
  /** Whether the run can still use an answer. */
  isOpen(runId: string): Promise<boolean>;
  tell(approval: Approval): void;
}

/** How somebody decides. */
export interface DecisionInit {
  readonly approved: boolean;
  readonly by?: string;
  readonly note?: string;
  readonly answer?: JsonValue;
  /** Binds the decision to what was seen: another payload is refused. @default not compared */
  readonly payloadDigest?: string;
}

export class ApprovalDesk {
  readonly #host: ApprovalHost;

  constructor(host: ApprovalHost) {
    this.#host = host;
  }

  /** Asks and waits for the decision, or for the question to expire. To be called within the run. */
  async ask(
    run: RunContext,
    { key, kind, title, payload, timeoutMs }: ApprovalRequest,
  ): Promise<ApprovalDecision> {
    const id = `${run.runId}/${key}`;
    const requestedAt = await run.now(`${key}/asked`);
    const approval: Approval = {
      id,
      kind,
      runId: run.runId,
      title,
      payload,
      payloadDigest: digestJson(payload),
      requestedAt,
      expiresAt: timeoutMs === undefined ? null : requestedAt + timeoutMs,
      status: 'pending',
      decision: null,
    };
    await this.#keep(approval);
    const wait = timeoutMs === undefined ? {} : { timeoutMs };
    const answer = await run.waitForSignal(`${key}/decided`, signalOf(id), wait);
    if (isDecision(answer)) return answer;
    // Nobody came in time, or somebody just did.
    const decided = await this.#decide(id, 'expired', {
      approved: false,
      by: null,
      note: 'expired',
      answer: null,
      at: this.#host.clock.now(),
      isExpired: true,
    });
    return decided.approval.decision as ApprovalDecision;
  }

  /** Those that wait for a decision, the oldest first. Those whose run has ended are not among them. */
  async pending(): Promise<readonly Approval[]> {
    const waiting: Approval[] = [];
    for (const record of await this.#host.state().list(APPROVALS)) {
      const { approval, version } = fromRecord(record);
      if (approval.status !== 'pending') continue;
      if (await this.#host.isOpen(approval.runId)) waiting.push(approval);
      else await this.#host.state().delete(record.key, version).catch(ignoreConflict);
    }
    return waiting.sort((one, other) => one.requestedAt - other.requestedAt);
  }

  /** Decides and tells the run. Rejects with `not-found`, `already-exists` when it was decided, `version-conflict` for another payload. */
  async decide(id: string, init: DecisionInit): Promise<Approval> {
    const known = await this.#get(id);
    if (init.payloadDigest !== undefined && init.payloadDigest !== known.approval.payloadDigest)
      throw new OrchestratorError(
        'version-conflict',
        `The approval ${id} is about another payload than the one that was decided on. Look at it again.`,
        { details: { id, expected: init.payloadDigest, got: known.approval.payloadDigest } },
      );
    if (known.approval.status !== 'pending') throw alreadyDecided(known.approval);
    if (!(await this.#host.isOpen(known.approval.runId)))
      throw new OrchestratorError('not-found', `The run of approval ${id} has ended: nobody waits for it.`, {
        details: { id },
      });
    const { approved, by = null, note = null, answer = null } = init;
    const decision: ApprovalDecision = {
      approved,
      by,
      note,
      answer,
      at: this.#host.clock.now(),
      isExpired: false,
    };
    const { approval, isOurs } = await this.#decide(id, approved ? 'approved' : 'rejected', decision);
    if (!isOurs) throw alreadyDecided(approval);
    await this.#deliver(approval);
    return approval;
  }

  /** Tells runs again what may have been lost with the process that told it. Called at the start. */
  async heal(): Promise<void> {
    for (const record of await this.#host.state().list(APPROVALS)) {
      const { approval, isDelivered } = fromRecord(record);
      if (approval.status !== 'pending' && !isDelivered) await this.#deliver(approval);
    }
  }

  async #keep(approval: Approval): Promise<void> {
    const state = this.#host.state();
    if ((await state.get(approvalKey(approval.id))) !== undefined) return;
    try {
      await state.put(approvalKey(approval.id), toRecord({ approval, isDelivered: false }), 0);
    } catch (error) {
      ignoreConflict(error);
      return;
    }
    this.#host.tell(approval);
  }

  async #get(id: string): Promise<KeptApproval> {
    const record = await this.#host.state().get(approvalKey(id));
    if (record !== undefined) return fromRecord(record);
    throw new OrchestratorError('not-found', `There is no approval ${JSON.stringify(id)}.`, {
      details: { id },
    });
  }

  /** Writes the first decision; gives what holds in the end. */
  async #decide(
    id: string,
    status: ApprovalStatus,
    decision: ApprovalDecision,
  ): Promise<{ readonly approval: Approval; readonly isOurs: boolean }> {
    for (;;) {
      const { approval, version } = await this.#get(id);
      if (approval.status !== 'pending') return { approval, isOurs: false };
      const decided: Approval = { ...approval, status, decision };
      // Who expires it is the run itself: it need not be told.
      const record = toRecord({ approval: decided, isDelivered: status === 'expired' });
      try {
        await this.#host.state().put(approvalKey(id), record, version);
      } catch (error) {
        ignoreConflict(error);
        continue;
      }
      this.#host.tell(decided);
      return { approval: decided, isOurs: true };
    }
  }

  async #deliver(approval: Approval): Promise<void> {
    const { id, runId, decision } = approval;
    try {
      await this.#host.signal(runId, signalOf(id), decision as unknown as JsonValue, `decision of ${id}`);
    } catch (error) {
      if (!OrchestratorError.isInstance(error) || error.code !== 'not-found') throw error;
    }
    const record = await this.#host.state().get(approvalKey(id));
    if (record === undefined) return;
    await this.#host
      .state()
      .put(record.key, toRecord({ approval, isDelivered: true }), record.version)
      .catch(ignoreConflict);
  }
}

function signalOf(id: string): string {
  return `approval:${id}`;
}

function isDecision(value: JsonValue): value is JsonValue & ApprovalDecision {
  return isPlainObject(value) && typeof value['approved'] === 'boolean';
}

function alreadyDecided({ id, status, decision }: Approval): OrchestratorError {
  const by = decision?.by === null || decision === null ? '' : ` by ${decision.by}`;
  return new OrchestratorError('already-exists', `The approval ${id} has been decided: ${status}${by}.`, {
    details: { id, status, decision: decision as unknown as JsonValue },
  });
}

/** Somebody else was faster: what they wrote holds. */
function ignoreConflict(error: unknown): void {
  if (!OrchestratorError.isInstance(error) || error.code !== 'version-conflict') throw error;
}
