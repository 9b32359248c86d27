/** What of a client's settings is secret: keys in headers of one's own, and in the query of the URL. */

const SECRET_NAME = /auth|key|token|secret|cookie|pass|credential|^code$|^sig$|signature/i;
const SHORTEST_SECRET = 4;

/** The values to hide wherever they are met. */
export function hiddenParts(headers: Readonly<Record<string, string>>, baseURL: string): readonly string[] {
  const named = [...Object.entries(headers), ...new URL(baseURL).searchParams];
  return named
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value]) => [value, value.replace(/^(bearer|basic) /i, '')])
    .filter((value) => value.length >= SHORTEST_SECRET);
}

/** Where requests go, without the query. */
export function shownUrl(baseURL: string, path: string): string {
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname.replace(/\/+$/, '')}${path}`;
}
