/** The texts that agents give to a model: files that anyone can read, and replace by files of the same name. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OrchestratorError } from '../../shared/errors.ts';

/** Longer files are refused: they are sent with every call. */
const MOST_CHARACTERS = 50_000;

export class PromptFiles {
  readonly #own: string | undefined;
  readonly #read = new Map<string, Promise<string>>();

  /** `own`: a folder whose files win over those of the package. */
  constructor(own: string | undefined) {
    this.#own = own;
  }

  /**
   * The text of `NAME.md` with `{{values}}` put in, once: what a value holds is not looked at again. `otherwise` names the
   * file taken where there is none of that name. Rejects with `not-found` and `limit-reached`.
   */
  async text(name: string, values: Readonly<Record<string, string>>, otherwise?: string): Promise<string> {
    const known = this.#read.get(name);
    const reading = known ?? this.#load(name, otherwise);
    this.#read.set(name, reading);
    const template = await reading;
    return template
      .replace(/\{\{([a-zA-Z]{1,30})\}\}/g, (whole, key: string) =>
        Object.hasOwn(values, key) ? (values[key] as string) : whole,
      )
      .trim();
  }

  async #load(name: string, otherwise: string | undefined): Promise<string> {
    const folders = [this.#own, shippedPrompts()].filter((folder) => folder !== undefined);
    const places = [name, otherwise].flatMap((file) =>
      file === undefined ? [] : folders.map((folder) => join(folder, `${file}.md`)),
    );
    const place = places.find((candidate) => existsSync(candidate));
    if (place === undefined)
      throw new OrchestratorError('not-found', `There is no prompt ${name}.md in ${folders.join(' or ')}.`, {
        details: { name, folders },
      });
    const text = await readFile(place, 'utf8');
    if (text.length > MOST_CHARACTERS)
      throw new OrchestratorError(
        'limit-reached',
        `The prompt ${place} has more than ${MOST_CHARACTERS} characters.`,
        {
          details: { place },
        },
      );
    return text;
  }
}

/** Beside the sources, or where the build puts them, wherever the bundle cut its parts. */
function shippedPrompts(): string | undefined {
  const start = dirname(fileURLToPath(import.meta.url));
  const places = [join(start, '../prompts'), join(start, 'prompts'), join(start, '../../prompts')];
  return places.find((place) => existsSync(join(place, 'rules.md')));
}
