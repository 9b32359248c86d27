export const ORDER_STATUSES = ['new', 'paid', 'packed', 'sent', 'returned', 'cancelled'] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Statuses that the archive job moves away. */
export const ARCHIVED_STATUSES: readonly OrderStatus[] = ['returned', 'cancelled'];

const NEXT: Record<OrderStatus, readonly OrderStatus[]> = {
  new: ['paid', 'cancelled'],
  paid: ['packed', 'cancelled'],
  packed: ['sent'],
  sent: ['returned'],
  returned: [],
  cancelled: [],
};

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return NEXT[from].includes(to);
}

/** What the customer reads. */
export function statusText(status: OrderStatus): string {
  switch (status) {
    case 'new':
      return 'We have your order';
    case 'paid':
    case 'packed':
      return 'We are packing it';
    case 'sent':
      return 'It is on its way';
    case 'returned':
      return 'It came back to us';
    case 'sent':
      return 'It has left our warehouse';
    default:
      return 'It was cancelled';
  }
}

/** The colour of the badge in the back office. */
export function statusColour(status: OrderStatus): string {
  switch (status) {
    case 'new':
      return 'grey';
    case 'sent':
      return 'green';
    default:
      return 'blue';
  }
}
