/** The signals of one run: kept until a wait takes them, in order of arrival. */

interface Waiting {
  readonly name: string;
  readonly take: (payloadText: string) => void;
}

export class RunInbox {
  readonly #kept = new Map<string, string[]>();
  readonly #waiting = new Set<Waiting>();
  readonly #seen = new Set<string>();

  /** Hands a payload (JSON text) to the longest wait for that name, or keeps it. A known `dedupeKey` is ignored. */
  deliver(name: string, payloadText: string, dedupeKey?: string): void {
    if (dedupeKey !== undefined) {
      if (this.#seen.has(dedupeKey)) return;
      this.#seen.add(dedupeKey);
    }
    for (const waiting of this.#waiting) {
      if (waiting.name !== name) continue;
      this.#waiting.delete(waiting);
      waiting.take(payloadText);
      return;
    }
    const kept = this.#kept.get(name);
    if (kept === undefined) this.#kept.set(name, [payloadText]);
    else kept.push(payloadText);
  }

  /** Takes the first kept payload of that name at once, or the next that comes. Returns the undo. */
  take(name: string, take: (payloadText: string) => void): () => void {
    const kept = this.#kept.get(name);
    const first = kept?.shift();
    if (kept?.length === 0) this.#kept.delete(name);
    if (first !== undefined) {
      take(first);
      return () => undefined;
    }
    const waiting = { name, take };
    this.#waiting.add(waiting);
    return () => this.#waiting.delete(waiting);
  }
}
