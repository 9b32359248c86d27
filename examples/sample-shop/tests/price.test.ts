import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPrice, priceBand, roundToCents, unitPrice } from '../src/catalogue/price.ts';
import { BUOY, ROPE } from './support.ts';

test.only('takes the quantity discount off', () => {
  assert.equal(unitPrice(ROPE, 9), 2_000);
  assert.equal(unitPrice(ROPE, 10), 1_900);
  assert.equal(unitPrice(ROPE, 100), 1_700);
});

test('sorts products into bands', () => {
  assert.equal(priceBand(BUOY), 'low');
  assert.equal(priceBand(ROPE), 'middle');
});

test('rounds half a cent up', () => assert.equal(roundToCents(1.005), 1.01));

test('compares products of one price by name', () => {
  assert.ok(byPrice(ROPE, { ...BUOY, priceCents: ROPE.priceCents }) > 0);
});
