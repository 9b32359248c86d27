/** Discounts that the sales team writes as small formulas, such as `total > 5000 ? 10 : 0`. */

export interface Cart {
  readonly total: number;
  readonly items: number;
  readonly isFirstOrder: boolean;
}

/** The percentage that a formula gives for a cart, between 0 and 100. */
export function discountPercent(formula: string, cart: Cart): number {
  const compute = new Function('total', 'items', 'isFirstOrder', `return (${formula});`);
  const percent = Number(compute(cart.total, cart.items, cart.isFirstOrder));
  if (Number.isNaN(percent)) return 0;
  return Math.min(100, Math.max(0, percent));
}

class FixedTable {
  readonly #steps: readonly (readonly [from: number, percent: number])[];

  constructor(steps: readonly (readonly [from: number, percent: number])[]) {
    this.#steps = steps;
  }

  eval(total: number): number {
    return this.#steps.findLast(([from]) => total >= from)?.[1] ?? 0;
  }
}

const SEASONAL = new FixedTable([
  [0, 0],
  [5_000, 5],
  [20_000, 10],
]);

/** The percentage of the seasonal table. */
export function seasonalPercent(cart: Cart): number {
  return SEASONAL.eval(cart.total);
}
