/**
 * Joins two rankings, by words and by meaning, into one: reciprocal rank fusion, after Cormack, Clarke and Büttcher,
 * "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods" (SIGIR 2009), with k = 60.
 */
import type { Embedder } from '../contracts/embedder.ts';
import type { KnowledgeEntry } from '../contracts/memory.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { digestOf } from '../shared/json.ts';

const K = 60;
/** Texts handed to the embedder at once. */
const BATCH = 64;

/** Keeps the vectors of entries, made when they are first needed and again when an entry changes. */
export class SemanticSearch {
  readonly #embedder: Embedder;
  readonly #vectors = new Map<string, { readonly digest: string; readonly vector: readonly number[] }>();

  constructor(embedder: Embedder) {
    this.#embedder = embedder;
  }

  /** Best first. `byWords` is the ranking by words, of some of `entries`. */
  async search(
    query: string,
    entries: readonly KnowledgeEntry[],
    byWords: readonly KnowledgeEntry[],
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly KnowledgeEntry[]> {
    await this.#embedMissing(entries, signal);
    const [asked] = await this.#embed([query], signal);
    const byMeaning = entries
      .map((entry) => ({
        entry,
        likeness: cosine(asked as readonly number[], this.#vectors.get(entry.id)?.vector ?? []),
      }))
      .filter(({ likeness }) => likeness > 0)
      .sort((a, b) => b.likeness - a.likeness)
      .map(({ entry }) => entry);
    const scores = new Map<KnowledgeEntry, number>();
    for (const ranking of [byWords, byMeaning]) {
      for (const [rank, entry] of ranking.entries())
        scores.set(entry, (scores.get(entry) ?? 0) + 1 / (K + rank + 1));
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit)
      .map(([entry]) => entry);
  }

  async #embedMissing(entries: readonly KnowledgeEntry[], signal: AbortSignal): Promise<void> {
    const present = new Set(entries.map(({ id }) => id));
    for (const id of this.#vectors.keys()) if (!present.has(id)) this.#vectors.delete(id);
    const missing = entries
      .map((entry) => ({ entry, text: `${entry.title}\n${entry.content}` }))
      .map((one) => ({ ...one, digest: digestOf(one.text) }))
      .filter(({ entry, digest }) => this.#vectors.get(entry.id)?.digest !== digest);
    for (let from = 0; from < missing.length; from += BATCH) {
      const batch = missing.slice(from, from + BATCH);
      const vectors = await this.#embed(
        batch.map(({ text }) => text),
        signal,
      );
      for (const [index, { entry, digest }] of batch.entries()) {
        this.#vectors.set(entry.id, { digest, vector: vectors[index] as readonly number[] });
      }
    }
  }

  async #embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    signal.throwIfAborted();
    const vectors = await this.#embedder.embed(texts, { signal });
    const { name, dimensions } = this.#embedder;
    if (vectors.length === texts.length && vectors.every((vector) => vector.length === dimensions))
      return vectors;
    throw new OrchestratorError(
      'model-failed',
      `Embedder ${name} gave ${vectors.length} vectors for ${texts.length} texts, or some that do not have ${dimensions} numbers.`,
    );
  }
}

/** Throws {@link InvalidArgumentError}. */
export function checkEmbedder(name: string, value: unknown): Embedder {
  const embedder = value as Partial<Embedder> | null | undefined;
  if (
    typeof embedder?.embed === 'function' &&
    typeof embedder.name === 'string' &&
    Number.isSafeInteger(embedder.dimensions)
  )
    return value as Embedder;
  throw new InvalidArgumentError(name, 'an embedder (with name, dimensions and embed)', value);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    product += value * other;
    left += value * value;
    right += other * other;
  }
  return left === 0 || right === 0 ? 0 : product / Math.sqrt(left * right);
}
