/** Who waits for whom: says in constant time per edge what becomes ready when something completes. */
import { OrchestratorError } from '../shared/errors.ts';

/** `absent`: only named as a dependency so far. */
type State = 'absent' | 'open' | 'completed' | 'failed';

interface Node {
  readonly id: string;
  state: State;
  /** Dependencies not completed yet. */
  waitingFor: number;
  dependencies: readonly Node[];
  /** Those that wait for it; made when the first comes. */
  dependents: Set<Node> | undefined;
}

const NO_NODES: readonly Node[] = [];
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
  #size = 0;

  /** How many ids were added. */
  get size(): number {
    return this.#size;
  }

  has(id: string): boolean {
    return this.#known(id) !== undefined;
  }

  /**
   * Adds an id and says whether all its dependencies are completed. Repeated dependencies count once; one that
   * failed ({@link DependencyIndex.hasFailed}) is waited for without end, so ask first.
   * Throws `already-exists` when the id is known.
   */
  add(id: string, dependencies: readonly string[]): boolean {
    const node = this.#named(id);
    if (node.state !== 'absent') {
      throw new OrchestratorError('already-exists', `"${id}" is already in the index.`, { details: { id } });
    }
    node.state = 'open';
    this.#size += 1;
    if (dependencies.length === 0) return true;
    const unique = dependencies.length === 1 ? dependencies : [...new Set(dependencies)];
    node.dependencies = unique.map((each) => this.#named(each));
    for (const dependency of node.dependencies) {
      if (dependency.state === 'completed') continue;
      node.waitingFor += 1;
      dependency.dependents ??= new Set();
      dependency.dependents.add(node);
    }
    return node.waitingFor === 0;
  }

  /** True when the id is known, open, and waits for nothing. */
  isReady(id: string): boolean {
    const node = this.#nodes.get(id);
    return node?.state === 'open' && node.waitingFor === 0;
  }

  /** The dependencies of an id that are not completed. */
  waitingFor(id: string): readonly string[] {
    const dependencies = this.#nodes.get(id)?.dependencies ?? NO_NODES;
    return dependencies.filter(({ state }) => state !== 'completed').map((node) => node.id);
  }

  /** Marks an id completed; returns the ids that now wait for nothing. Doing so twice changes nothing. */
  complete(id: string): readonly string[] {
    const node = this.#known(id);
    if (node === undefined || node.state === 'completed') return NONE;
    node.state = 'completed';
    if (node.dependents === undefined) return NONE;
    const ready: string[] = [];
    for (const dependent of node.dependents) {
      if (dependent.state !== 'open') continue;
      dependent.waitingFor -= 1;
      if (dependent.waitingFor === 0) ready.push(dependent.id);
    }
    node.dependents = undefined;
    return ready;
  }

  /** Marks an id failed, and with it all that depend on it, directly or not; returns those, nearest first. */
  fail(id: string): readonly string[] {
    const node = this.#known(id);
    if (node === undefined || node.state !== 'open') return NONE;
    const failed = [node];
    node.state = 'failed';
    for (let next = 0; next < failed.length; next += 1) {
      const each = failed[next] as Node;
      for (const dependent of each.dependents ?? NO_NODES) {
        if (dependent.state !== 'open') continue;
        dependent.state = 'failed';
        failed.push(dependent);
      }
      each.dependents = undefined;
    }
    return failed.slice(1).map((each) => each.id);
  }

  /** True when the id failed, by itself or by a dependency. */
  hasFailed(id: string): boolean {
    return this.#nodes.get(id)?.state === 'failed';
  }

  /** Forgets an id. Those that wait for it go on waiting, until an id of that name is added and completed. */
  remove(id: string): boolean {
    const node = this.#known(id);
    if (node === undefined) return false;
    for (const dependency of node.dependencies) {
      dependency.dependents?.delete(node);
      if (dependency.dependents?.size !== 0) continue;
      dependency.dependents = undefined;
      if (dependency.state === 'absent') this.#nodes.delete(dependency.id);
    }
    // Those that name it keep pointing at this node, so it stays for as long as somebody waits.
    const isAwaited = node.dependents !== undefined;
    if (isAwaited)
      Object.assign(node, { state: 'absent', waitingFor: 0, dependencies: NO_NODES } satisfies Partial<Node>);
    else this.#nodes.delete(id);
    this.#size -= 1;
    return true;
  }

  #known(id: string): Node | undefined {
    const node = this.#nodes.get(id);
    return node?.state === 'absent' ? undefined : node;
  }

  #named(id: string): Node {
    let node = this.#nodes.get(id);
    if (node === undefined) {
      node = { id, state: 'absent', waitingFor: 0, dependencies: NO_NODES, dependents: undefined };
      this.#nodes.set(id, node);
    }
    return node;
  }
}
