import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postToWarehouse } from '../src/notices/chat-notice.ts';
import { createMailer, type Letter } from '../src/notices/mailer.ts';
import { escapeHtml, renderNotice } from '../src/notices/templates.ts';
import { publishEvent } from '../src/orders/order-events.ts';

test('customers get a letter', async () => {
  const letters: Letter[] = [];
  const mailer = {
    async send(letter: Letter): Promise<void> {
      letters.push(letter);
    },
  };
  await publishEvent(mailer, 'ana@tidewater.test', { type: 'paid', orderId: '7', totalCents: 1_000 });
  assert.equal(letters[0]?.subject, 'Order 7 is paid');
  assert.match(letters[0]?.text ?? '', /10\.00 EUR/);
});

test('unknown names stay in a template', () => {
  assert.equal(renderNotice('{{a}} {{b}}', { a: 'x' }), 'x {{b}}');
  assert.equal(escapeHtml('<a & "b">'), '&lt;a &amp; &quot;b&quot;&gt;');
});

test('letters are kept when there is no server', async () => {
  const mailer = createMailer('');
  await mailer.send({ recipient: 'ana@tidewater.test', subject: 'Hello', text: 'Hello' });
});

test('a chat that is down is no failure', async () => {
  const isPosted = await postToWarehouse('Pack 7', () => Promise.reject(new Error('down')));
  assert.equal(isPosted, false);
});
