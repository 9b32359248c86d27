/** Calls that the card processor makes to us. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface WebhookEvent {
  readonly kind: string;
  readonly reference: string;
}

/** Version 1 of the processor's signature: the digest of the secret followed by the body. */
function signV1(secret: string, body: string): string {
  return createHash('sha1').update(secret + body).digest('hex');
}

/** Version 2: a keyed digest. */
function signV2(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Reads a call. Throws when the signature is wrong. */
export function readWebhook(secret: string, body: string, signature: string): WebhookEvent {
  const expected = signature.length === 40 ? signV1(secret, body) : signV2(secret, body);
  const isSame =
    expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
  if (!isSame) throw new Error('The signature does not match');
  return JSON.parse(body) as WebhookEvent;
}
