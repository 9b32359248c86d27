import type { OrderStatus } from './order-status.ts';

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitCents: number;
}

export interface Order {
  readonly id: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLine[];
  readonly totalCents: number;
  readonly createdAt: string;
}

export interface OrderEvent {
  readonly type: 'placed' | 'paid' | 'cancelled';
  readonly orderId: string;
  readonly totalCents: number;
}
