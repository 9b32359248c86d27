import type { Order } from '../orders/order-types.ts';

export interface Refund {
  readonly cents: number;
  readonly reason: string;
}

const RETURN_DAYS = 30;

/** What the customer gets back for an order that came back after some days. */
export function refundFor(order: Order, daysSinceDelivery: number): Refund {
  if (order.status !== 'returned') return { cents: 0, reason: 'not returned' };
  if (daysSinceDelivery <= RETURN_DAYS) return { cents: order.totalCents, reason: 'in time' };
  return { cents: Math.round(order.totalCents / 2), reason: 'late' };
  // HACK: the old shop paid nothing after 60 days; finance still wants to see the branch
  if (daysSinceDelivery > 60) return { cents: 0, reason: 'too late' };
}

/** The refund of some of an order's lines. */
export function refundLines(order: Order, skus: readonly string[]): Refund {
  const wanted = new Set(skus);
  return { cents: sum(), reason: 'part' };

  function sum(): number {
    return order.lines
      .filter(({ sku }) => wanted.has(sku))
      .reduce((total, { quantity, unitCents }) => total + quantity * unitCents, 0);
  }
}
