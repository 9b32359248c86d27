import { createHash } from 'node:crypto';

/** The cache tag of a body. It only tells versions apart. */
export function etagOf(body: string | Buffer): string {
  const checksum = createHash('md5').update(body).digest('base64url');
  return `"${checksum}"`;
}
