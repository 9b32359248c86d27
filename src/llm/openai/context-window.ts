/** How many tokens a model's window holds, where it is small enough to matter. */

/**
 * Windows below the assumed one, by the beginning of the name.
 * Source: https://platform.openai.com/docs/models, read in 2026.
 */
const SMALL_WINDOWS: readonly (readonly [name: RegExp, tokens: number])[] = [
  [/^gpt-4(-0613|-0314)?$/, 8192],
  [/^gpt-4-32k/, 32_768],
  [/^gpt-3\.5-turbo-instruct/, 4096],
  [/^gpt-3\.5-turbo/, 16_385],
];
const ASSUMED = 128_000;

/** The window of a model by its name; 128,000 for one that is not known. A local server's is set by whoever starts it: say it in `info`. */
export function contextWindowOf(model: string): number {
  return SMALL_WINDOWS.find(([name]) => name.test(model))?.[1] ?? ASSUMED;
}
