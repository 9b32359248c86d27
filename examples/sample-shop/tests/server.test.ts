import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createShop, shopVersion } from '../src/index.ts';
import { addProduct } from '../src/catalogue/product-store.ts';
import type { ShopServer } from '../src/http/server.ts';
import { BUOY, ROPE } from './support.ts';

describe('the server', () => {
  let shop: ShopServer;
  let base = '';

  before(async () => {
    shop = createShop({ databaseFile: ':memory:', logLevel: 'error', usesTestPayments: true });
    addProduct(shop.database, ROPE);
    addProduct(shop.database, BUOY);
    await new Promise<void>((resolve) => shop.server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(shop.server.address() as AddressInfo).port}`;
  });

  after(() => shop.close());

  const post = (path: string, body: unknown, token = ''): Promise<Response> =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });

  it('is healthy', async () => {
    assert.equal((await fetch(`${base}/health`)).status, 200);
    assert.match(shopVersion(), /^\d+\./);
  });

  it('lists products and categories', async () => {
    const products = (await (await fetch(`${base}/products?q=category:deck`)).json()) as unknown[];
    assert.equal(products.length, 2);
    const categories = await (await fetch(`${base}/categories`)).json();
    assert.deepEqual(categories, [{ category: 'deck', products: 2, average: 14.5 }]);
  });

  it('takes an order from sign-up to payment', async () => {
    const customer = { email: 'ben@tidewater.test', password: 'test-password' };
    assert.equal((await post('/users', customer)).status, 201);
    const { token } = (await (await post('/sessions', customer)).json()) as { token: string };
    const placed = await post('/orders', { items: [{ sku: ROPE.sku, quantity: 1 }] }, token);
    const { id } = (await placed.json()) as { id: string };
    const paid = await post(`/orders/${id}/payment`, { card: '4242', email: customer.email });
    assert.equal(((await paid.json()) as { status: string }).status, 'paid');
    const report = await (await fetch(`${base}/reports/sales`)).text();
    assert.match(report, /^day,orders,gross\n/);
  });

  it('names the reports there are', async () => {
    const response = await fetch(`${base}/reports/weather`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /sales, stock/);
  });

  it('serves files', async () => {
    assert.equal((await fetch(`${base}/assets/logo.svg`)).headers.get('content-type'), 'image/svg+xml');
    assert.equal((await fetch(`${base}/exports/..%2fpackage.json`)).status, 404);
    assert.equal((await fetch(`${base}/products/none/picture`)).status, 404);
  });

  it('asks for a session', async () => {
    assert.equal((await post('/orders', { items: [] })).status, 401);
  });

  it('shows a page for support', async () => {
    const page = await (await fetch(`${base}/support?topic=<b>`)).text();
    assert.match(page, /Support: &lt;b&gt;/);
  });
});
