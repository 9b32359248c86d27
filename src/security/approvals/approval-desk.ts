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
import { digestJson, type JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { createRedactor } from '../redact.ts';
import {
  approvalKey,
  closedKey,
  fromRecord,
  type KeptApproval,
  OPEN,
  readRecord,
  toRecord,
} from './approval-record.ts';

/** What the desk needs of the backend and its owner. */
export interface ApprovalHost {
  readonly clock: Clock;
  state(): StatePort;
  /** Delivers to the run. One that has ended ignores it; one that is gone rejects with `not-found`. */
  signal(runId: string, name: string, payload: JsonValue, dedupeKey: string): Promise<void>;
  /** Whether the run can still use an answer. */
  isOpen(runId: string): Promise<boolean>;
  tell(approval: Approval): void;
  newId(): string;
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
  readonly #redactor = createRedactor();

  constructor(host: ApprovalHost) {
    this.#host = host;
  }

  /** Asks and waits for the decision, or for the question to expire. To be called within the run. */
  async ask(run: RunContext, request: ApprovalRequest): Promise<ApprovalDecision> {
    const { key, timeoutMs } = request;
    // An id of its own: a run of the same name may have asked the same before, and been forgotten.
    const id = await run.step(`${key}/id`, () => Promise.resolve(this.#host.newId()));
    const requestedAt = await run.now(`${key}/asked`);
    const expiresAt = timeoutMs === undefined ? null : requestedAt + timeoutMs;
    const decided = await run.step(`${key}/decision`, async () => {
      await this.#keep(this.#approvalOf(run, request, { id, requestedAt, expiresAt }));
      return (await this.#decision(run, id, key, expiresAt)) as ApprovalDecision & JsonValue;
    });
    await run.step(`${key}/closed`, async () => {
      await this.#close(id);
      return null;
    });
    return decided;
  }

  /** Those that wait for a decision, the oldest first. Those whose run has ended are not among them, nor those of a newer release. */
  async pending(): Promise<readonly Approval[]> {
    const waiting: Approval[] = [];
    for (const approval of await this.#list()) {
      if (approval.status !== 'pending' || this.#isPast(approval)) continue;
      if (await this.#host.isOpen(approval.runId)) waiting.push(approval);
      else await this.#close(approval.id);
    }
    return waiting.sort((one, other) => one.requestedAt - other.requestedAt);
  }

  /** Decides and tells the run. Rejects with `not-found`, `already-exists` when it was decided, `version-conflict` for another payload. */
  async decide(id: string, init: DecisionInit): Promise<Approval> {
    const { approval: known } = await this.#get(id);
    if (init.payloadDigest !== undefined && init.payloadDigest !== known.payloadDigest)
      throw new OrchestratorError(
        'version-conflict',
        `The approval ${id} is about another payload than the one that was decided on. Look at it again.`,
        { details: { id, expected: init.payloadDigest, got: known.payloadDigest } },
      );
    if (known.status !== 'pending') {
      // The one who decided may have gone before the run heard of it.
      await this.#deliver(known);
      throw alreadyDecided(known);
    }
    if (!(await this.#host.isOpen(known.runId)))
      throw new OrchestratorError('not-found', `The run of approval ${id} has ended: nobody waits for it.`, {
        details: { id },
      });
    const { approved, by = null, note = null, answer = null } = init;
    const { approval, isOurs } = this.#isPast(known)
      ? await this.#expire(id)
      : await this.#decide(id, approved ? 'approved' : 'rejected', {
          approved,
          by,
          note,
          answer,
          at: this.#host.clock.now(),
          isExpired: false,
        });
    await this.#deliver(approval);
    if (!isOurs || approval.status === 'expired') throw alreadyDecided(approval);
    return approval;
  }

  /** Tells runs again what may have been lost with the process that told it. Called at the start. */
  async heal(): Promise<void> {
    for (const approval of await this.#list())
      if (approval.status !== 'pending') await this.#deliver(approval);
  }

  async #list(): Promise<readonly Approval[]> {
    const records = await this.#host.state().list(OPEN);
    return records.flatMap((record) => readRecord(record)?.approval ?? []);
  }

  #approvalOf(
    { runId }: RunContext,
    { kind, title, payload }: ApprovalRequest,
    facts: Pick<Approval, 'id' | 'requestedAt' | 'expiresAt'>,
  ): Approval {
    return {
      ...facts,
      kind,
      runId,
      title: this.#redactor.text(title),
      payload: this.#redactor.value(payload) as JsonValue,
      payloadDigest: digestJson(payload),
      status: 'pending',
      decision: null,
    };
  }

  /** A signal only wakes the run up: what counts is the record. */
  async #decision(
    run: RunContext,
    id: string,
    key: string,
    expiresAt: number | null,
  ): Promise<ApprovalDecision> {
    for (let wake = 1; ; wake += 1) {
      const { approval } = await this.#get(id);
      if (approval.decision !== null) return approval.decision;
      const left = expiresAt === null ? undefined : expiresAt - this.#host.clock.now();
      if (left !== undefined && left <= 0)
        return (await this.#expire(id)).approval.decision as ApprovalDecision;
      await run.waitForSignal(
        `${key}/woken#${wake}`,
        signalOf(id),
        left === undefined ? {} : { timeoutMs: left },
      );
    }
  }

  #isPast({ expiresAt }: Approval): boolean {
    return expiresAt !== null && this.#host.clock.now() >= expiresAt;
  }

  #expire(id: string): Promise<{ readonly approval: Approval; readonly isOurs: boolean }> {
    const at = this.#host.clock.now();
    return this.#decide(id, 'expired', {
      approved: false,
      by: null,
      note: 'expired',
      answer: null,
      at,
      isExpired: true,
    });
  }

  async #keep(approval: Approval): Promise<void> {
    if ((await this.#find(approval.id)) !== undefined) return;
    try {
      await this.#host.state().put(approvalKey(approval.id), toRecord(approval), 0);
    } catch (error) {
      ignoreConflict(error);
      return;
    }
    this.#host.tell(approval);
  }

  async #find(id: string): Promise<KeptApproval | undefined> {
    const state = this.#host.state();
    const record = (await state.get(approvalKey(id))) ?? (await state.get(closedKey(id)));
    return record === undefined ? undefined : fromRecord(record);
  }

  async #get(id: string): Promise<KeptApproval> {
    const found = await this.#find(id);
    if (found !== undefined) return found;
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
      try {
        await this.#host.state().put(approvalKey(id), toRecord(decided), version);
      } catch (error) {
        ignoreConflict(error);
        continue;
      }
      this.#host.tell(decided);
      return { approval: decided, isOurs: true };
    }
  }

  async #deliver({ id, runId }: Approval): Promise<void> {
    try {
      await this.#host.signal(runId, signalOf(id), null, `decision of ${id}`);
    } catch (error) {
      if (!OrchestratorError.isInstance(error) || error.code !== 'not-found') throw error;
    }
  }

  /** Out of the list that is looked through; it can still be read by its id. */
  async #close(id: string): Promise<void> {
    const state = this.#host.state();
    const record = await state.get(approvalKey(id));
    if (record === undefined) return;
    await state.put(closedKey(id), record.value, 0).catch(ignoreConflict);
    await state.delete(record.key, record.version).catch(ignoreConflict);
  }
}

function signalOf(id: string): string {
  return `approval:${id}`;
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
