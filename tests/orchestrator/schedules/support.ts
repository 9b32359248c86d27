import type { AgentContext } from '../../../src/contracts/agent.ts';
import type { TaskJson, TaskOutcome } from '../../../src/contracts/task.ts';
import { silentLogger } from '../../../src/observability/logger.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import type { OrchestratorOptions } from '../../../src/orchestrator/orchestrator-options.ts';
import type { Clock } from '../../../src/shared/time.ts';
import { ManualClock } from '../../../src/testing/manual-clock.ts';
import { WorkingAgent } from '../../support/stub-agents.ts';

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** Midnight of a Thursday, UTC. */
export const START = Date.UTC(2026, 0, 1);
export const TASK = { title: 'Look', description: 'Look at it.' };

const opened: Orchestrator[] = [];

export interface Office {
  readonly orchestrator: Orchestrator;
  readonly clock: ManualClock;
  /** Planned times of the tasks that were begun, as `HH:MM:SS` or with the day when it is not the first. */
  readonly begun: string[];
}

type Work = (task: TaskJson, context: AgentContext) => Promise<TaskOutcome> | TaskOutcome;

/** A started orchestrator over a clock that stands still. */
export async function office(
  options: OrchestratorOptions & { readonly work?: Work; readonly hands?: ManualClock } = {},
): Promise<Office> {
  const { work = () => ({ success: true, output: 'seen' }), hands, ...rest } = options;
  const clock = hands ?? new ManualClock(START);
  const begun: string[] = [];
  const agent = new WorkingAgent((task, context) => {
    begun.push(short((task.metadata['schedule'] as { plannedAt: string }).plannedAt));
    return work(task, context);
  });
  const orchestrator = new Orchestrator({ clock, logger: silentLogger, ...rest });
  orchestrator.registerAgent(agent);
  opened.push(orchestrator);
  await orchestrator.start();
  return { orchestrator, clock, begun };
}

/** For afterEach. */
export async function closeOffices(): Promise<void> {
  for (const orchestrator of opened.splice(0)) await orchestrator.shutdown();
}

export function short(iso: string): string {
  const text = iso.slice(8, 19).replace('T', ' ');
  return text.startsWith('01 ') ? text.slice(3) : text;
}

/** Time on the wall, which can be set while timers run on as they do. */
export class WallClock implements Clock {
  readonly #hands: ManualClock;
  #offset = 0;

  constructor(hands: ManualClock) {
    this.#hands = hands;
  }

  now(): number {
    return this.#hands.now() + this.#offset;
  }

  after(milliseconds: number, callback: () => void): () => void {
    return this.#hands.after(milliseconds, callback);
  }

  /** Sets the time forward, or back. */
  set(milliseconds: number): void {
    this.#offset += milliseconds;
  }
}

/** Calls all that are due at one time at once, as processes that share nothing but a file are. */
export class RacingClock implements Clock {
  readonly #hands: ManualClock;
  readonly #due = new Map<number, Set<() => void>>();

  constructor(hands: ManualClock) {
    this.#hands = hands;
  }

  now(): number {
    return this.#hands.now();
  }

  after(milliseconds: number, callback: () => void): () => void {
    const at = this.now() + Math.max(0, milliseconds);
    const together = this.#due.get(at) ?? this.#open(at);
    // A callback may be given twice.
    const call = (): void => callback();
    together.add(call);
    return () => together.delete(call);
  }

  #open(at: number): Set<() => void> {
    const together = new Set<() => void>();
    this.#due.set(at, together);
    this.#hands.after(at - this.now(), () => {
      this.#due.delete(at);
      for (const call of together) call();
    });
    return together;
  }
}

/** Work that goes on until the test says so. */
export function held(): { readonly work: Work; release(): void } {
  const waiting: (() => void)[] = [];
  return {
    work: () => new Promise((resolve) => waiting.push(() => resolve({ success: true, output: 'at last' }))),
    release: () => waiting.shift()?.(),
  };
}
