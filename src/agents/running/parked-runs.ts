/** Runs of this process that wait for an agent which the program does not have. */

export class ParkedRuns {
  readonly #runs = new Map<string, Set<string>>();

  add(agent: string, runId: string): void {
    const runs = this.#runs.get(agent) ?? new Set();
    this.#runs.set(agent, runs.add(runId));
  }

  /** It waits no longer, whatever ended the wait. */
  remove(agent: string, runId: string): void {
    const runs = this.#runs.get(agent);
    runs?.delete(runId);
    if (runs?.size === 0) this.#runs.delete(agent);
  }

  /** The runs that wait for the agent; they are forgotten here. */
  take(agent: string): readonly string[] {
    const runs = [...(this.#runs.get(agent) ?? [])];
    this.#runs.delete(agent);
    return runs;
  }
}

/** The signal that an agent has come back. */
export function agentSignal(agent: string): string {
  return `agent:${agent}`;
}
