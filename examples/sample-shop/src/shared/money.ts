/** Money is whole cents everywhere; these are the only places where it is not. */

/** Writes cents as an amount, such as `12.50 EUR`. */
export function formatCents(cents: number, currency = 'EUR'): string {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${sign}${whole}.${rest} ${currency}`;
}

/** Reads an amount such as `12.5` as cents, half a cent away from zero. */
export function parseAmount(text: string): number {
  const value = Number(text.replace(',', '.'));
  if (!Number.isFinite(value)) throw new Error(`Not an amount: "${text}"`);
  return Math.round(value * 100);
}

/** Adds a tax rate given in percent. */
export function addTax(cents: number, percent: number): number {
  return Math.round((cents * (100 + percent)) / 100);
}
