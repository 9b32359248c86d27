import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findProducts, takeStock } from '../src/catalogue/product-store.ts';
import { parseQuery, relatedProducts, searchProducts, suggestNames } from '../src/catalogue/search.ts';
import { BUOY, createTestShop, ROPE } from './support.ts';

function assertSkus(products: readonly { readonly sku: string }[], expected: readonly string[]): void {
  assert.deepEqual(
    products.map(({ sku }) => sku),
    expected,
  );
}

test('finds products by a part of the name', () => {
  const { database } = createTestShop();
  assertSkus(searchProducts(database, { term: 'rope' }), [ROPE.sku]);
});

test('finds all products of a category, cheapest first', () => {
  const { database } = createTestShop();
  assertSkus(searchProducts(database, { term: '', category: 'deck', sort: 'price' }), [BUOY.sku, ROPE.sku]);
});

test('suggests names', () => {
  assert.deepEqual(suggestNames(createTestShop().database, 'Mo'), ['Mooring rope']);
});

test('relates products of one category', () => {
  const { database } = createTestShop();
  assertSkus(relatedProducts(database, ROPE), [BUOY.sku]);
});

test('splits a query', () => {
  assert.deepEqual(parseQuery('brand:acme colour:red'), [
    { field: 'brand', value: 'acme' },
    { field: 'colour', value: 'red' },
  ]);
});

test('finds several products at once', () => {
  const { database } = createTestShop();
  const found = findProducts(database, [ROPE.sku, BUOY.sku, 'TW-99']);
  console.log(found.length);
});

test('takes no more than there is', () => {
  const { database } = createTestShop();
  assert.throws(() => takeStock(database, BUOY.sku, 4), /Not enough/);
});
