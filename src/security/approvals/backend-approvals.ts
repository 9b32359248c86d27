/** A desk for the approvals of one tenant of a backend, with the calls that people make checked. */
import { randomUUID } from 'node:crypto';
import type { Approval, ApprovalDecision, ApprovalRequest } from '../../contracts/approval.ts';
import type { Backend, RunContext } from '../../contracts/backend.ts';
import { checkJson, checkKeys, checkNumber, checkText } from '../../shared/check.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { ApprovalDesk } from './approval-desk.ts';

/** What may be said with a decision. */
export interface DecisionOptions {
  /** Who decides. @default nobody is named */
  readonly by?: string;
  readonly note?: string;
  /** Handed to the work that waits, such as an edited payload. @default null */
  readonly answer?: JsonValue;
  /** `payloadDigest` of what was looked at: a decision on anything else is refused. @default not compared */
  readonly payloadDigest?: string;
}

export interface ApprovalsOptions {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly tenant: string;
  /** Told of each question once it is kept, and of each decision. @default nobody */
  readonly tell?: (approval: Approval) => void;
}

export class Approvals {
  readonly #desk: ApprovalDesk;

  constructor({ backend, clock, tenant, tell = () => undefined }: ApprovalsOptions) {
    this.#desk = new ApprovalDesk({
      clock,
      state: () => backend.store.state(tenant),
      signal: (runId, name, payload, dedupeKey) => backend.signal(runId, tenant, name, payload, dedupeKey),
      isOpen: async (runId) => (await backend.store.get(runId, tenant))?.completedAt === null,
      tell,
      newId: () => `approval-${randomUUID()}`,
    });
  }

  /** Asks from within a run and waits. */
  async ask(run: RunContext, request: ApprovalRequest): Promise<ApprovalDecision> {
    checkKeys('request', request, ['key', 'kind', 'title', 'payload', 'timeoutMs']);
    checkText('request.key', request.key);
    checkText('request.title', request.title);
    checkText('request.kind', request.kind);
    checkJson('request.payload', request.payload);
    if (request.timeoutMs !== undefined) checkNumber('request.timeoutMs', request.timeoutMs, 0);
    return this.#desk.ask(run, request);
  }

  pending(): Promise<readonly Approval[]> {
    return this.#desk.pending();
  }

  /** Decides once; a text is the note. Rejects with `not-found`, `already-exists` when it was decided before, `version-conflict` for another payload. */
  async decide(id: string, approved: boolean, given: string | DecisionOptions = {}): Promise<Approval> {
    checkText('id', id);
    const options = typeof given === 'string' ? { note: given } : given;
    checkKeys('options', options, ['by', 'note', 'answer', 'payloadDigest']);
    for (const name of ['by', 'note', 'payloadDigest'] as const)
      if (options[name] !== undefined) checkText(name, options[name]);
    if (options.answer !== undefined) checkJson('answer', options.answer);
    return this.#desk.decide(id, { approved, ...options });
  }

  /** Tells runs again of decisions that may not have reached them. */
  heal(): Promise<void> {
    return this.#desk.heal();
  }
}
