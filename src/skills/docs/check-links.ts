/** Follows the links of a page inside the workspace. Addresses of the web are counted, never fetched. */
import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Workspace } from '../../contracts/workspace.ts';
import type { Page, PageLink } from './read-markdown.ts';

/** What became of a link. */
export type LinkOutcome =
  | { readonly type: 'fine' | 'external' | 'not-checked' }
  | { readonly type: 'missing-file'; readonly target: string }
  | { readonly type: 'missing-anchor'; readonly target: string; readonly anchor: string };

/** Resolves links against the workspace; remembers what exists. */
export class LinkChecker {
  readonly #workspace: Workspace;
  readonly #listed: ReadonlySet<string>;
  readonly #pages: ReadonlyMap<string, Page>;
  readonly #exists = new Map<string, Promise<'file' | 'folder' | undefined>>();

  /** `listed` are the paths of the workspace's text files, `pages` its Markdown pages by path. */
  constructor(workspace: Workspace, listed: ReadonlySet<string>, pages: ReadonlyMap<string, Page>) {
    this.#workspace = workspace;
    this.#listed = listed;
    this.#pages = pages;
  }

  /** Checks one link of a page. */
  async check(page: Page, { url }: Pick<PageLink, 'url'>): Promise<LinkOutcome> {
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(url)) return { type: 'external' };
    // Templates, and placeholders such as `link-to-your-docs`, are filled in elsewhere.
    if (url === '' || /[{}<>|]|\$\(|%7B|^@|\s/i.test(url)) return { type: 'not-checked' };
    const hash = url.indexOf('#');
    const anchor = hash < 0 ? '' : decode(url.slice(hash + 1));
    const path = decode((hash < 0 ? url : url.slice(0, hash)).split('?')[0] ?? '');
    if (anchor === undefined || path === undefined || path.includes('\0')) return { type: 'not-checked' };
    if (path === '') return this.#anchorOutcome(page, anchor);
    const base = path.startsWith('/') ? '' : posix.dirname(page.file.path);
    const target = posix.join(base, path).replace(/^\/+/, '').replace(/\/+$/, '') || '.';
    // `../../issues` leads to the forge's own pages.
    if (target === '..' || target.startsWith('../')) return { type: 'not-checked' };
    const found = (await this.#find(target)) ?? (await this.#findOnSite(page, path));
    if (found === undefined) return { type: 'missing-file', target };
    const other = this.#pages.get(found);
    return other === undefined ? { type: 'fine' } : this.#anchorOutcome(other, anchor);
  }

  #anchorOutcome({ file, anchors }: Page, anchor: string): LinkOutcome {
    const wanted = anchor.toLowerCase().replace(/^user-content-/, '');
    if (wanted === '' || wanted === 'top' || wanted === 'readme' || wanted.startsWith(':~:'))
      return { type: 'fine' };
    if (/^l\d+(?:c\d+)?(?:-l\d+(?:c\d+)?)?$/.test(wanted) || wanted.startsWith('/') || wanted.startsWith('!'))
      return { type: 'not-checked' };
    if (anchors.has(wanted)) return { type: 'fine' };
    return { type: 'missing-anchor', target: file.path, anchor };
  }

  /** The path that a link means: as it stands, or as site generators write it, without the ending of the page. */
  async #find(target: string): Promise<string | undefined> {
    const kind = await this.#kindOf(target);
    if (kind === 'file') return target;
    const inFolder = ['README.md', 'readme.md', 'index.md', 'index.mdx'].map((name) =>
      posix.join(target, name),
    );
    if (kind === 'folder') return (await this.#first(inFolder)) ?? target;
    const stem = target.replace(/\.html?$/, '');
    return this.#first([
      ...['.md', '.mdx', '.markdown', '.html'].map((ending) => stem + ending),
      ...inFolder,
    ]);
  }

  /**
   * A path from the root, as a site has it whose root is a folder around the page, such as `docs` of MkDocs and VitePress,
   * or whose generator takes files out of `public` or `static` there.
   */
  async #findOnSite({ file }: Page, path: string): Promise<string | undefined> {
    if (!path.startsWith('/')) return undefined;
    const rest = path.replace(/^\/+/, '').replace(/\/+$/, '');
    for (let root = posix.dirname(file.path); ; root = posix.dirname(root)) {
      for (const folder of ['.', 'public', 'static']) {
        const target = posix.join(root, folder, rest);
        if (target === '..' || target.startsWith('../')) return undefined;
        const found = await this.#find(target);
        if (found !== undefined) return found;
      }
      if (root === '.') return undefined;
    }
  }

  async #first(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) if ((await this.#kindOf(path)) === 'file') return path;
    return undefined;
  }

  #kindOf(path: string): Promise<'file' | 'folder' | undefined> {
    if (this.#listed.has(path)) return Promise.resolve('file');
    const known = this.#exists.get(path);
    if (known !== undefined) return known;
    // Pictures and other files that are no text are not listed: ask the disk. Nothing of them is read.
    const asked = stat(join(this.#workspace.root, path)).then(
      (facts) => (facts.isDirectory() ? 'folder' : 'file'),
      () => undefined,
    );
    this.#exists.set(path, asked);
    return asked;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
