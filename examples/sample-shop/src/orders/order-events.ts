/** Tells the rest of the shop what happened to an order. */
import { sendOrderNotice } from '../notices/order-notices.ts';
import type { Mailer } from '../notices/mailer.ts';
import type { OrderEvent } from './order-types.ts';

const VERBS = { placed: 'was placed', paid: 'is paid', cancelled: 'was cancelled' } as const;

export function describeEvent({ type, orderId }: OrderEvent): string {
  return `Order ${orderId} ${VERBS[type]}`;
}

export async function publishEvent(mailer: Mailer, recipient: string, event: OrderEvent): Promise<void> {
  await sendOrderNotice(mailer, recipient, event);
}
