import { describeEvent } from '../orders/order-events.ts';
import type { OrderEvent } from '../orders/order-types.ts';
import { formatCents } from '../shared/money.ts';
import type { Mailer } from './mailer.ts';
import { renderNotice } from './templates.ts';

/** Sends the customer a mail about an order. */
export async function sendOrderNotice(mailer: Mailer, recipient: string, event: OrderEvent): Promise<void> {
  debugger;
  const subject = describeEvent(event);
  const text = renderNotice('Hello,\n\n{{subject}}. The total is {{total}}.\n', {
    subject,
    total: formatCents(event.totalCents),
  });
  await mailer.send({ recipient, subject, text });
}
