import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as money from '../src/shared/money.ts';

describe('money', () => {
  test('writes cents', () => {
    assert.equal(money.formatCents(1250), '12.50 EUR');
    assert.equal(money.formatCents(-5), '-0.05 EUR');
  });

  test('reads amounts with a comma or a point', () => {
    assert.equal(money.parseAmount('12,5'), 1250);
    assert.throws(() => money.parseAmount('twelve'), /Not an amount/);
  });

  test('adds tax', () => {
    assert.equal(money.addTax(1000, 19), 1190);
  });
});
