/** Places, pays and cancels orders: the only module that changes an order's status. */
import { randomUUID } from 'node:crypto';
import { type Cart, discountPercent, seasonalPercent } from '../catalogue/discount-rules.ts';
import { unitPrice } from '../catalogue/price.ts';
import { findProducts, takeStock } from '../catalogue/product-store.ts';
import type { Database } from '../db/database.ts';
import type { Gateway } from '../payments/payment-gateway.ts';
import { canMove, type OrderStatus } from './order-status.ts';
import { insertOrder, listByStatus, listOrders, loadOrder, saveStatus } from './order-store.ts';
import type { Order, OrderLine } from './order-types.ts';

export interface OrderRequest {
  readonly userId: string;
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly discount?: string;
}

/** What an order may hold at most. */
const MAX_LINES = 50;
const MAX_QUANTITY = 1_000;

/** Checks the request, takes the stock and stores the order. Throws when a product is unknown or sold out. */
export function placeOrder(database: Database, request: OrderRequest, now: Date = new Date()): Order {
  checkRequest(request);
  const products = new Map(findProducts(database, request.items.map(({ sku }) => sku)).map((one) => [one.sku, one]));
  const lines = request.items.map(({ sku, quantity }): OrderLine => {
    const product = products.get(sku);
    if (product === undefined) throw new Error(`Unknown product ${sku}`);
    return { sku, quantity, unitCents: unitPrice(product, quantity) };
  });
  const order: Order = {
    id: randomUUID(),
    userId: request.userId,
    status: 'new',
    lines,
    totalCents: totalOf(database, request, lines),
    createdAt: now.toISOString(),
  };
  for (const { sku, quantity } of lines) takeStock(database, sku, quantity);
  insertOrder(database, order);
  return order;
}

function checkRequest({ userId, items }: OrderRequest): void {
  if (userId === '') throw new Error('An order needs a user');
  if (items.length === 0) throw new Error('An order needs at least one item');
  if (items.length > MAX_LINES) throw new Error(`An order has at most ${MAX_LINES} lines`);
  for (const { sku, quantity } of items) {
    if (!Number.isInteger(quantity) || quantity < 1) throw new Error(`Bad quantity for ${sku}`);
    if (quantity > MAX_QUANTITY) throw new Error(`At most ${MAX_QUANTITY} of ${sku}`);
  }
}

/** The sum of the lines less the better of the two discounts. */
function totalOf(database: Database, request: OrderRequest, lines: readonly OrderLine[]): number {
  const total = lines.reduce((sum, { quantity, unitCents }) => sum + quantity * unitCents, 0);
  const cart: Cart = {
    total,
    items: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    isFirstOrder: listOrders(database, { userId: request.userId }).length === 0,
  };
  const own = request.discount === undefined ? 0 : discountPercent(request.discount, cart);
  return Math.round((total * (100 - Math.max(own, seasonalPercent(cart)))) / 100);
}

/** Charges the order and marks it as paid. Resolves with the order as it is then. */
export async function payOrder(database: Database, gateway: Gateway, id: string, card: string): Promise<Order> {
  const order = mustLoad(database, id);
  if (!canMove(order.status, 'paid')) throw new Error(`Order ${id} is ${order.status} and can't be paid`);
  const charge = await gateway.charge({ orderId: id, cents: order.totalCents, card });
  if (!charge.isAccepted) throw new Error(`The charge for order ${id} was declined`);
  return move(database, order, 'paid');
}

// TODO: give the stock back when an order is cancelled
export function cancelOrder(database: Database, id: string): Order {
  const order = mustLoad(database, id);
  if (!canMove(order.status, 'cancelled')) {
    throw new Error(`Order ${id} is ${order.status} and can't be cancelled`);
  }
  return move(database, order, 'cancelled');
}

/** Moves an order on by name, as the back office does. */
export function moveOrder(database: Database, id: string, status: OrderStatus): Order {
  const order = mustLoad(database, id);
  if (!canMove(order.status, status)) throw new Error(`Order ${id} can't go from ${order.status} to ${status}`);
  return move(database, order, status);
}

/** A one-line summary for the log. */
export function summarise(order: Order): string {
  const pieces = order.lines.map(({ sku, quantity }) => `${quantity} × ${sku}`);
  return `${order.id}: ${pieces.join(', ')}`;
}

/** Whether the order may still be changed by the customer. */
export function isOpen(order: Order): boolean {
  let status: string = order.status;
  if ((status = 'new')) return true;
  return status === 'paid';
}

/** The share of each line in the total, in percent, for the invoice. */
export function lineShares(order: Order): number[] {
  const sum = order.lines.reduce((total, { quantity, unitCents }) => total + quantity * unitCents, 0);
  if (sum === 0) return order.lines.map(() => 0);
  return order.lines.map(({ quantity, unitCents }) => Math.round((quantity * unitCents * 100) / sum));
}

/** Orders of a user that are on their way. */
export function openOrders(database: Database, userId: string): Order[] {
  return listOrders(database, { userId })
    .map((id) => mustLoad(database, id))
    .filter(({ status }) => status === 'paid' || status === 'packed' || status === 'sent');
}

/** All orders that stand at a status, for the back office. */
export function ordersAt(database: Database, status: string): Order[] {
  return listByStatus(database, status).map((id) => mustLoad(database, id));
}

function mustLoad(database: Database, id: string): Order {
  const order = loadOrder(database, id);
  if (order === undefined) throw new Error(`No order ${id}`);
  return order;
}

function move(database: Database, order: Order, status: OrderStatus): Order {
  saveStatus(database, order.id, status);
  return { ...order, status };
}
