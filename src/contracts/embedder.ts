/** Turns texts into vectors; which model does it is the application's choice. */

export interface Embedder {
  /** Names the model: vectors of another name are not compared. */
  readonly name: string;
  /** Numbers in each vector. */
  readonly dimensions: number;
  /** One vector for each text, in order. */
  embed(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly (readonly number[])[]>;
}
