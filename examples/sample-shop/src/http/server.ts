/** The HTTP face of the shop. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { roundToCents } from '../catalogue/price.ts';
import { findProduct } from '../catalogue/product-store.ts';
import { parseQuery, relatedProducts, searchProducts, suggestNames } from '../catalogue/search.ts';
import type { ShopConfig } from '../config.ts';
import type { Database } from '../db/database.ts';
import { postToWarehouse } from '../notices/chat-notice.ts';
import { createMailer } from '../notices/mailer.ts';
import { escapeHtml } from '../notices/templates.ts';
import { publishEvent } from '../orders/order-events.ts';
import {
  cancelOrder,
  isOpen,
  lineShares,
  moveOrder,
  openOrders,
  ordersAt,
  payOrder,
  placeOrder,
  summarise,
} from '../orders/order-service.ts';
import { ORDER_STATUSES, type OrderStatus, statusColour, statusText } from '../orders/order-status.ts';
import { loadOrder } from '../orders/order-store.ts';
import { HttpsGateway, TestGateway } from '../payments/payment-gateway.ts';
import { refundFor, refundLines } from '../payments/refunds.ts';
import { readWebhook } from '../payments/webhook.ts';
import { downloadExport, downloadInvoice, packerVersion } from '../reports/export-files.ts';
import { runReport } from '../reports/report-registry.ts';
import { toDay } from '../shared/dates.ts';
import { groupBy, shuffle } from '../shared/lists.ts';
import type { Logger } from '../shared/logger.ts';
import { addTax } from '../shared/money.ts';
import { SessionStore } from '../users/sessions.ts';
import { addUser, signIn } from '../users/user-store.ts';
import { readJson } from './read-body.ts';
import { Router } from './router.ts';
import { serveAsset, servePicture } from './static-files.ts';

export interface ShopServerOptions {
  readonly config: ShopConfig;
  readonly database: Database;
  readonly logger: Logger;
}

export interface ShopServer {
  readonly server: Server;
  readonly database: Database;
  close(): Promise<void>;
}

/** Wires the routes. The server does not listen yet. */
export function createShopServer({ config, database, logger }: ShopServerOptions): ShopServer {
  const sessions = new SessionStore(Math.max(1, config.sessionTtlSeconds / 86_400));
  const mailer = createMailer(process.env['SMTP_URL']);
  const gateway = config.usesTestPayments ? new TestGateway() : new HttpsGateway();
  const router = new Router()
    .add('GET', '/health', ({ response }) => {
      response.writeHead(200).end('ok');
    })
    .add('GET', '/products', ({ response, url }) => {
      const query = url.searchParams.get('q') ?? '';
      const category = parseQuery(query).find(({ field }) => field === 'category')?.value;
      const term = query.replace(/\w{1,30}:\S{1,60}/g, '').trim();
      sendJson(response, 200, searchProducts(database, category === undefined ? { term } : { term, category }));
    })
    .add('GET', '/categories', ({ response }) => {
      const groups = groupBy(searchProducts(database, { term: '', sort: 'price' }), ({ category }) => category);
      const rows = [...groups].map(([category, products]) => {
        const sum = products.reduce((total, { priceCents }) => total + priceCents, 0);
        return { category, products: products.length, average: roundToCents(sum / products.length / 100) };
      });
      sendJson(response, 200, rows);
    })
    .add('GET', '/suggestions', ({ response, url }) => {
      sendJson(response, 200, suggestNames(database, url.searchParams.get('q') ?? ''));
    })
    .add('GET', '/products/:sku', ({ response, params }) => {
      const product = findProduct(database, params['sku'] ?? '');
      if (product === undefined) sendJson(response, 404, { error: 'No such product' });
      else sendJson(response, 200, { ...product, related: shuffle(relatedProducts(database, product)) });
    })
    .add('GET', '/products/:sku/picture', (context) => servePicture(config.publicFolder, context))
    .add('POST', '/users', async ({ request, response }) => {
      const { email, password } = await readJson(request);
      sendJson(response, 201, addUser(database, String(email), String(password)));
    })
    .add('POST', '/sessions', async ({ request, response }) => {
      const { email, password } = await readJson(request);
      const user = signIn(database, String(email), String(password));
      if (user === undefined) sendJson(response, 401, { error: 'Wrong address or password' });
      else sendJson(response, 201, { token: sessions.open(user.id).token });
    })
    .add('POST', '/orders', async ({ request, response }) => {
      const session = sessions.find(request.headers.authorization?.replace('Bearer ', '') ?? '');
      if (session === undefined) return sendJson(response, 401, { error: 'Sign in first' });
      const { items } = await readJson(request);
      const order = placeOrder(database, { userId: session.userId, items: items as [] });
      logger.info('order placed', { order: summarise(order) });
      sendJson(response, 201, order);
    })
    .add('GET', '/orders/:id', ({ response, params }) => {
      const order = loadOrder(database, params['id'] ?? '');
      if (order === undefined) return sendJson(response, 404, { error: 'No such order' });
      const badge = { text: statusText(order.status), colour: statusColour(order.status) };
      const gross = addTax(order.totalCents, 19);
      sendJson(response, 200, { ...order, gross, badge, isOpen: isOpen(order), shares: lineShares(order) });
    })
    .add('GET', '/orders/:id/refund', ({ response, params, url }) => {
      const order = loadOrder(database, params['id'] ?? '');
      if (order === undefined) return sendJson(response, 404, { error: 'No such order' });
      const skus = url.searchParams.getAll('sku');
      const days = Number(url.searchParams.get('days') ?? 0);
      sendJson(response, 200, skus.length === 0 ? refundFor(order, days) : refundLines(order, skus));
    })
    .add('GET', '/users/:id/orders', ({ response, params }) => {
      sendJson(response, 200, openOrders(database, params['id'] ?? ''));
    })
    .add('GET', '/back-office/orders', ({ response, url }) => {
      sendJson(response, 200, ordersAt(database, url.searchParams.get('status') ?? 'new'));
    })
    .add('PUT', '/back-office/orders/:id', async ({ request, response, params }) => {
      const { status } = await readJson(request);
      if (!ORDER_STATUSES.includes(status as OrderStatus)) throw new Error(`Unknown status "${status}"`);
      sendJson(response, 200, moveOrder(database, params['id'] ?? '', status as OrderStatus));
    })
    .add('POST', '/webhooks/payments', async ({ request, response, url }) => {
      const body = JSON.stringify(await readJson(request));
      const secret = process.env['WEBHOOK_SECRET'] ?? '';
      const event = readWebhook(secret, body, url.searchParams.get('signature') ?? '');
      logger.info('processor called', { kind: event.kind });
      sendJson(response, 202, { reference: event.reference });
    })
    .add('POST', '/orders/:id/payment', async ({ request, response, params }) => {
      const { card, email } = await readJson(request);
      const order = await payOrder(database, gateway, params['id'] ?? '', String(card));
      await publishEvent(mailer, String(email), { type: 'paid', orderId: order.id, totalCents: order.totalCents });
      if (!config.usesTestPayments) await postToWarehouse(`Pack ${summarise(order)}`);
      sendJson(response, 200, order);
    })
    .add('DELETE', '/orders/:id', ({ response, params }) => {
      sendJson(response, 200, cancelOrder(database, params['id'] ?? ''));
    })
    .add('GET', '/reports/:name', async ({ response, params }) => {
      const name = params['name'] ?? '';
      const report = await runReport(database, name);
      const file = `${encodeURIComponent(name)}-${toDay(new Date())}.csv`;
      response
        .writeHead(200, { 'content-type': 'text/csv', 'content-disposition': `attachment; filename=${file}` })
        .end(report);
    })
    .add('GET', '/exports/*', (context) => downloadExport(config.exportFolder, context))
    .add('GET', '/invoices', (context) => downloadInvoice(config.exportFolder, context))
    .add('GET', '/support', async ({ response, url }) => {
      const topic = escapeHtml(url.searchParams.get('topic') ?? 'general');
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<h1>Support: ${topic}</h1><p>${escapeHtml(await packerVersion())}</p>`);
    })
    .add('GET', '/assets/*', (context) => serveAsset(config.publicFolder, context));

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shop.invalid');
    const found = router.find(request.method ?? 'GET', url.pathname);
    if (found === undefined) return sendJson(response, 404, { error: 'No such page' });
    const context = { request, response, url, params: found.params };
    Promise.resolve()
      .then(() => found.handler(context))
      .catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        logger.error('request failed', { path: url.pathname, message });
        if (!response.headersSent) sendJson(response, 400, { error: message });
      });
  });
  return {
    server,
    database,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
