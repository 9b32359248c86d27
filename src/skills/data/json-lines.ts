/** JSON with the line of every value, for texts that `JSON.parse` accepts. */

export type JsonNode =
  | { readonly kind: 'scalar'; readonly line: number; readonly value: string | number | boolean | null }
  | { readonly kind: 'array'; readonly line: number; readonly items: readonly JsonNode[] }
  | {
      readonly kind: 'object';
      readonly line: number;
      readonly members: readonly (readonly [key: string, value: JsonNode])[];
    };

const MAX_DEPTH = 200;
const MAX_NODES = 1_000_000;

/** Undefined when the text is no JSON, or nested or large beyond the limits. */
export function parseJsonLines(text: string, firstLine = 1): JsonNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return new Reader(text, firstLine).read();
}

/** Walks a text that is known to be valid, so that it checks little. */
class Reader {
  readonly #text: string;
  #at = 0;
  #line: number;
  #nodes = 0;

  constructor(text: string, firstLine: number) {
    this.#text = text;
    this.#line = firstLine;
  }

  read(): JsonNode | undefined {
    return this.#value(0);
  }

  #value(depth: number): JsonNode | undefined {
    this.#space();
    this.#nodes += 1;
    if (depth > MAX_DEPTH || this.#nodes > MAX_NODES) return undefined;
    const line = this.#line;
    const character = this.#text[this.#at];
    if (character === '{') return this.#object(line, depth);
    if (character === '[') return this.#array(line, depth);
    if (character === '"') return { kind: 'scalar', line, value: this.#string() };
    const start = this.#at;
    while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] as string)) this.#at += 1;
    return {
      kind: 'scalar',
      line,
      value: JSON.parse(this.#text.slice(start, this.#at)) as number | boolean | null,
    };
  }

  #object(line: number, depth: number): JsonNode | undefined {
    const members: [string, JsonNode][] = [];
    this.#at += 1;
    for (this.#space(); this.#text[this.#at] !== '}'; this.#separator()) {
      const key = this.#string();
      this.#space();
      this.#at += 1;
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      members.push([key, value]);
    }
    this.#at += 1;
    return { kind: 'object', line, members };
  }

  #array(line: number, depth: number): JsonNode | undefined {
    const items: JsonNode[] = [];
    this.#at += 1;
    for (this.#space(); this.#text[this.#at] !== ']'; this.#separator()) {
      const item = this.#value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    this.#at += 1;
    return { kind: 'array', line, items };
  }

  #separator(): void {
    this.#space();
    if (this.#text[this.#at] === ',') this.#at += 1;
    this.#space();
  }

  #string(): string {
    const start = this.#at;
    for (this.#at += 1; this.#text[this.#at] !== '"'; this.#at += 1) {
      if (this.#text[this.#at] === '\\') this.#at += 1;
    }
    this.#at += 1;
    return JSON.parse(this.#text.slice(start, this.#at)) as string;
  }

  #space(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '\n') this.#line += 1;
      else if (character !== ' ' && character !== '\t' && character !== '\r') return;
      this.#at += 1;
    }
  }
}
