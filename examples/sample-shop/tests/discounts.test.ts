import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cart, discountPercent, seasonalPercent } from '../src/catalogue/discount-rules.ts';

const cart: Cart = { total: 6_000, items: 4, isFirstOrder: true };

const cases = [
  { formula: 'total > 5000 ? 10 : 0', expected: 10 },
  { formula: 'items * 50', expected: 100 },
  { formula: 'undefined', expected: 0 },
];

for (const { formula, expected } of cases) {
  test(`a discount of ${formula}`, () => {
    assert.equal(discountPercent(formula, cart), expected);
  });
}

test('the seasonal table has steps', () => {
  assert.equal(seasonalPercent(cart), 5);
  assert.equal(seasonalPercent({ ...cart, total: 100 }), 0);
});
