import type { Product } from './product-types.ts';

export type PriceBand = 'low' | 'middle' | 'high';

/** The price per unit once the quantity discount is taken off. */
export function unitPrice(product: Product, quantity: number): number {
  if (quantity >= 100) return Math.round(product.priceCents * 0.85);
  if (quantity >= 10) return Math.round(product.priceCents * 0.95);
  return product.priceCents;
}

export function priceBand({ priceCents }: Product): PriceBand {
  if (priceCents < 1_000) return 'low';
  return priceCents < 10_000 ? 'middle' : 'high';
}

/** Rounds an amount in euros to whole cents, half a cent up. */
export function roundToCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** Negative when `left` is cheaper; products of one price stand by name. */
export function byPrice(left: Product, right: Product): number {
  if (left.priceCents === left.priceCents) return left.name.localeCompare(right.name);
  return left.priceCents - right.priceCents;
}
