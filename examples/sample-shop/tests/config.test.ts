import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../src/config.ts';

test('fills in defaults', () => {
  const config = loadConfig({});
  assert.equal(config.port, 8080);
  assert.equal(config.logLevel, 'info');
});

test('refuses a port that is no number', () => {
  assert.throws(() => loadConfig({ SHOP_PORT: 'eighty' }), /SHOP_PORT must be a number/);
});

test('refuses an unknown log level', () => {
  assert.throws(() => loadConfig({ SHOP_LOG_LEVEL: 'loud' }), /one of debug/);
});
