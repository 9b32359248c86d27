/** Anchors of headings as GitHub makes them. */

/** The anchor of a heading's text, before repeated ones are numbered. */
function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Gives each heading of one page its anchor: the second `Usage` is `usage-1`. */
export class Slugger {
  readonly #taken = new Map<string, number>();

  /** The next anchor for a heading with this text. */
  next(text: string): string {
    const stem = slugOf(text);
    let slug = stem;
    let count = this.#taken.get(stem) ?? 0;
    while (this.#taken.has(slug)) {
      count += 1;
      slug = `${stem}-${count}`;
    }
    this.#taken.set(stem, count);
    this.#taken.set(slug, 0);
    return slug;
  }
}
