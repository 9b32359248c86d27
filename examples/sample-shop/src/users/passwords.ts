/** Passwords: scrypt for new ones, and what the old shop left behind. */
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** Makes the text that is stored for a password. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16).toString('hex');
  return `scrypt:${salt}:${scryptSync(password, salt, 32).toString('hex')}`;
}

/** Whether a password is the one that `stored` was made of. */
export function verifyPassword(password: string, stored: string): boolean {
  const [scheme, salt = '', digest = ''] = stored.split(':');
  if (scheme === 'scrypt') return isSame(scryptSync(password, salt, 32).toString('hex'), digest);
  return isSame(legacyHash(password), stored);
}

function legacyHash(password: string): string {
  return createHash('md5').update(password).digest('hex');
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}
