/** Who waits for whom: says in constant time per edge what becomes ready when something completes. */
import { OrchestratorError } from '../shared/errors.ts';

export { type Edges, findCycle } from './find-cycle.ts';

type State = 'open' | 'completed' | 'failed';

interface Node {
  state: State;
  /** Dependencies not completed yet. */
  waitingFor: number;
  readonly dependencies: readonly string[];
}

const NONE: readonly string[] = [];

/**
 * Dependencies between things with ids. A dependency may be named before it is added; whether that is allowed, and
 * whether a batch holds a cycle ({@link findCycle}), is for the owner to check first.
 *
 * @example
 * const index = new DependencyIndex();
 * index.add('build', []); // true: ready
 * index.add('test', ['build']); // false: waits
 * index.complete('build'); // ['test']
 */
export class DependencyIndex {
  readonly #nodes = new Map<string, Node>();
  /** For each id, those that wait for it. */
  readonly #dependents = new Map<string, Set<string>>();

  /** How many ids are known. */
  get size(): number {
    return this.#nodes.size;
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  /**
   * Adds an id and says whether all its dependencies are completed. Repeated dependencies count once; one that
   * failed ({@link DependencyIndex.hasFailed}) is waited for without end, so ask first.
   * Throws `already-exists` when the id is known.
   */
  add(id: string, dependencies: readonly string[]): boolean {
    if (this.#nodes.has(id)) {
      throw new OrchestratorError('already-exists', `"${id}" is already in the index.`, { details: { id } });
    }
    const unique = dependencies.length < 2 ? dependencies : [...new Set(dependencies)];
    let waitingFor = 0;
    for (const dependency of unique) {
      if (this.#nodes.get(dependency)?.state === 'completed') continue;
      waitingFor += 1;
      const waiting = this.#dependents.get(dependency);
      if (waiting === undefined) this.#dependents.set(dependency, new Set([id]));
      else waiting.add(id);
    }
    this.#nodes.set(id, { state: 'open', waitingFor, dependencies: unique });
    return waitingFor === 0;
  }

  /** True when the id is known, open, and waits for nothing. */
  isReady(id: string): boolean {
    const node = this.#nodes.get(id);
    return node?.state === 'open' && node.waitingFor === 0;
  }

  /** The dependencies of an id that are not completed. */
  waitingFor(id: string): readonly string[] {
    return (this.#nodes.get(id)?.dependencies ?? NONE).filter(
      (each) => this.#nodes.get(each)?.state !== 'completed',
    );
  }

  /** Marks an id completed; returns the ids that now wait for nothing. Doing so twice changes nothing. */
  complete(id: string): readonly string[] {
    const node = this.#nodes.get(id);
    if (node === undefined || node.state === 'completed') return NONE;
    node.state = 'completed';
    const waiting = this.#dependents.get(id);
    if (waiting === undefined) return NONE;
    this.#dependents.delete(id);
    const ready: string[] = [];
    for (const dependent of waiting) {
      const other = this.#nodes.get(dependent);
      if (other === undefined || other.state !== 'open') continue;
      other.waitingFor -= 1;
      if (other.waitingFor === 0) ready.push(dependent);
    }
    return ready;
  }

  /** Marks an id failed, and with it all that depend on it, directly or not; returns those, nearest first. */
  fail(id: string): readonly string[] {
    const node = this.#nodes.get(id);
    if (node === undefined || node.state !== 'open') return NONE;
    node.state = 'failed';
    const failed: string[] = [];
    for (const each of this.#openDependents(id)) failed.push(each);
    for (let next = 0; next < failed.length; next += 1) {
      for (const each of this.#openDependents(failed[next] as string)) failed.push(each);
    }
    return failed;
  }

  /** True when the id failed, by itself or by a dependency. */
  hasFailed(id: string): boolean {
    return this.#nodes.get(id)?.state === 'failed';
  }

  /** Forgets an id. Those that wait for it go on waiting, until an id of that name is added and completed. */
  remove(id: string): boolean {
    const node = this.#nodes.get(id);
    if (node === undefined) return false;
    for (const dependency of node.dependencies) {
      const waiting = this.#dependents.get(dependency);
      waiting?.delete(id);
      if (waiting?.size === 0) this.#dependents.delete(dependency);
    }
    return this.#nodes.delete(id);
  }

  /** Marks the open dependents of an id failed and hands them over. */
  *#openDependents(id: string): Iterable<string> {
    const waiting = this.#dependents.get(id);
    if (waiting === undefined) return;
    this.#dependents.delete(id);
    for (const dependent of waiting) {
      const other = this.#nodes.get(dependent);
      if (other === undefined || other.state !== 'open') continue;
      other.state = 'failed';
      yield dependent;
    }
  }
}
