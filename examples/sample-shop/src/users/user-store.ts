/** Customers in the database. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

export interface User {
  readonly id: string;
  readonly email: string;
}

const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

/** Adds a customer. Throws when the address is not one, or is taken. */
export function addUser(database: Database, email: string, password: string): User {
  if (!EMAIL.test(email)) throw new Error(`Not an e-mail address: "${email}"`);
  const user = { id: randomUUID(), email: email.toLowerCase() };
  database
    .prepare('INSERT INTO users (id, email, password_hash) VALUES (?, ?, ?)')
    .run(user.id, user.email, hashPassword(password));
  return user;
}

/** The customer with that address and password, or undefined. */
export function signIn(database: Database, email: string, password: string): User | undefined {
  const row = database.prepare('SELECT id, email, password_hash FROM users WHERE email = ?').get(email.toLowerCase());
  if (row === undefined || !verifyPassword(password, String(row['password_hash']))) return undefined;
  return { id: String(row['id']), email: String(row['email']) };
}
