/** The shop as a library: what other services of the company may use. */
import { openDatabase } from './db/database.ts';
import { loadConfig, type ShopConfig } from './config.ts';
import { createShopServer, type ShopServer } from './http/server.ts';
import { createLogger } from './shared/logger.ts';

export { placeOrder } from './orders/order-service.ts';
export { cancelOrder } from './orders/order-service.ts';
export { formatCents } from './shared/money.ts';
export type { Order, OrderLine } from './orders/order-types.ts';

/** Builds a shop that has not begun to listen. The database is migrated when it is opened. */
export function createShop(overrides: Partial<ShopConfig> = {}): ShopServer {
  const config = { ...loadConfig(process.env), ...overrides };
  const logger = createLogger(config.logLevel);
  const database = openDatabase(config.databaseFile);
  return createShopServer({ config, database, logger });
}

export function shopVersion(): string {
  return process.env['npm_package_version'] ?? '0.0.0';
}
