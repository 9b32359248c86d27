/** Items by status, kept up to date move by move: each move costs the same, however many there are. */

/** An item carries its position among those of its status; only the index writes it. */
export interface Indexed {
  index: number;
}

/** One list for each status, in no particular order. */
export class StatusIndex<S extends string, T extends Indexed> {
  readonly #lists: ReadonlyMap<S, T[]>;

  constructor(statuses: readonly S[]) {
    this.#lists = new Map(statuses.map((status) => [status, []]));
  }

  add(item: T, status: S): void {
    const list = this.#listOf(status);
    item.index = list.length;
    list.push(item);
  }

  move(item: T, from: S, to: S): void {
    const list = this.#listOf(from);
    const last = list.pop() as T;
    if (last !== item) {
      list[item.index] = last;
      last.index = item.index;
    }
    this.add(item, to);
  }

  list(status: S): readonly T[] {
    return this.#listOf(status);
  }

  #listOf(status: S): T[] {
    return this.#lists.get(status) as T[];
  }
}
