import { addProduct } from '../src/catalogue/product-store.ts';
import type { Product } from '../src/catalogue/product-types.ts';
import { type Database, openDatabase } from '../src/db/database.ts';
import { addUser, type User } from '../src/users/user-store.ts';

export const ROPE: Product = { sku: 'TW-1', name: 'Mooring rope', category: 'deck', priceCents: 2_000, stock: 200 };
export const BUOY: Product = { sku: 'TW-2', name: 'Buoy', category: 'deck', priceCents: 900, stock: 3 };

/** A database with two products and one customer. */
export function createTestShop(): { database: Database; user: User } {
  const database = openDatabase(':memory:');
  addProduct(database, ROPE);
  addProduct(database, BUOY);
  return { database, user: addUser(database, 'ana@tidewater.test', 'test-password') };
}
