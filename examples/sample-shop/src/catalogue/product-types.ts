import type { PriceBand } from './price.ts';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly priceCents: number;
  readonly stock: number;
  readonly band?: PriceBand;
}
