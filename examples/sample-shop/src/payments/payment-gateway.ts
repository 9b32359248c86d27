/** The card processor. */
import { request } from 'node:https';

export interface Charge {
  readonly orderId: string;
  readonly cents: number;
  readonly card: string;
}

export interface ChargeResult {
  readonly isAccepted: boolean;
  readonly reference: string;
}

export interface Gateway {
  charge(charge: Charge): Promise<ChargeResult>;
}

const HOST = 'api.payments.tidewater.test';
const SECRET_KEY = process.env['PAYMENT_KEY'] ?? '@@secret:stripe-key:gateway@@';

export class HttpsGateway implements Gateway {
  charge({ orderId, cents, card }: Charge): Promise<ChargeResult> {
    const body = JSON.stringify({ reference: orderId, amount: cents, source: card });
    return new Promise((resolve, reject) => {
      const call = request(
        {
          host: HOST,
          method: 'POST',
          path: '/v1/charges',
          headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
          rejectUnauthorized: false,
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ isAccepted: response.statusCode === 200, reference: orderId }));
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }
}

/** Accepts every card but those that end in 0002, as the processor's test mode does. */
export class TestGateway implements Gateway {
  async charge({ orderId, card }: Charge): Promise<ChargeResult> {
    return { isAccepted: !card.endsWith('0002'), reference: `test-${orderId}` };
  }
}
