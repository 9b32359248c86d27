import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from '../src/users/passwords.ts';
import { SessionStore } from '../src/users/sessions.ts';
import { addUser, signIn } from '../src/users/user-store.ts';
import { createTestShop } from './support.ts';

test('a password is verified', () => {
  const stored = hashPassword('test-password');
  assert.equal(verifyPassword('test-password', stored), true);
  assert.equal(verifyPassword('other-password', stored), false);
});

test('a password of the old shop is verified', () => {
  assert.equal(verifyPassword('password', '5f4dcc3b5aa765d61d8327deb882cf99'), true);
});

test('sessions end', () => {
  const sessions = new SessionStore();
  const { token } = sessions.open('u1', new Date('2025-01-01T00:00:00Z'));
  assert.equal(sessions.find(token, new Date('2025-01-01T12:00:00Z'))?.userId, 'u1');
  assert.equal(sessions.find(token, new Date('2025-01-03T00:00:00Z')), undefined);
  assert.equal(sessions.close(token), true);
});

test('customers sign in', () => {
  const { database, user } = createTestShop();
  assert.deepEqual(signIn(database, 'ANA@tidewater.test', 'test-password'), user);
  assert.equal(signIn(database, 'ana@tidewater.test', 'wrong'), undefined);
});

test('an address is needed', { skip: process.platform === 'aix' }, () => {
  const { database } = createTestShop();
  assert.throws(() => addUser(database, 'nobody', 'test-password'), /Not an e-mail address/);
});
