import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { readWebhook } from '../src/payments/webhook.ts';

const SECRET = 'test-secret';
const BODY = '{"kind":"paid","reference":"a"}';

test('reads a call that is signed', () => {
  const signature = createHmac('sha256', SECRET).update(BODY).digest('hex');
  assert.deepEqual(readWebhook(SECRET, BODY, signature), { kind: 'paid', reference: 'a' });
});

test('refuses a wrong signature', () => {
  assert.throws(() => readWebhook(SECRET, BODY, '0'.repeat(40)), /does not match/);
});
