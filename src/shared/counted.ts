/** Numbers with their nouns: `1 finding`, `2 findings`. */

/** `plural` is for nouns that take more than an s. @default the noun with an s */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
