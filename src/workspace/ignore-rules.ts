/** What is not looked at: built-in rules, and the `.gitignore` files of the folder with git's scoping. */
import ignore, { type Ignore } from 'ignore';

/** Folders and files that are made, fetched or git's own. They hold also where no `.gitignore` names them. */
const BUILT_IN_FOLDERS = new Set(
  (
    '.git .hg .svn .jj node_modules bower_components dist build coverage target vendor .venv venv __pycache__ .tox .nox ' +
    '.mypy_cache .pytest_cache .ruff_cache .gradle .idea .next .nuxt .svelte-kit .turbo .parcel-cache .cache .yarn .pnpm-store ' +
    '.terraform .nyc_output .eggs orchestrator-report .orchestrator'
  ).split(' '),
);
const BUILT_IN_ENDINGS = [
  '.min.js',
  '.min.mjs',
  '.min.css',
  '.js.map',
  '.mjs.map',
  '.cjs.map',
  '.css.map',
  '.d.ts.map',
];
const BUILT_IN_FILES = new Set(['.DS_Store', 'Thumbs.db', '.git']);

/** Bounds on what one `.gitignore` may ask for: each pattern becomes a regular expression run on every path below. */
const MAX_PATTERNS_PER_FILE = 1000;
const MAX_PATTERNS = 4000;
const MAX_MULTI_STAR_PATTERNS = 50;
const MAX_PATTERN_LENGTH = 256;
/** More bytes than this of a `.gitignore` are not read. */
export const MAX_IGNORE_FILE_BYTES = 64 * 1024;

/** True for what the built-in rules leave out. */
export function isBuiltInIgnored(name: string, isDirectory: boolean): boolean {
  if (isDirectory) return BUILT_IN_FOLDERS.has(name);
  return BUILT_IN_FILES.has(name) || BUILT_IN_ENDINGS.some((ending) => name.endsWith(ending));
}

/** The rules that hold in one folder: its own and those of the folders above it. Immutable. */
export class IgnoreRules {
  static readonly none: IgnoreRules = new IgnoreRules([]);
  readonly #patterns: readonly string[];
  readonly #matcher: Ignore;

  private constructor(patterns: readonly string[]) {
    this.#patterns = patterns;
    // Names may start with dots (`...`), which the package takes for a relative path unless told otherwise.
    this.#matcher = ignore({ ignorecase: false, allowRelativePaths: true }).add([...patterns]);
  }

  /** The rules with those of a `.gitignore` in `folder` added (`''` is the root). Later rules win, as in git. */
  with(folder: string, text: string): IgnoreRules {
    const own = cut(text, MAX_PATTERNS - this.#patterns.length).map((pattern) => scoped(pattern, folder));
    return own.length === 0 ? this : new IgnoreRules([...this.#patterns, ...own]);
  }

  /** True when the path (relative to the root) is ignored. Folders need `isDirectory`, since `name/` means folders alone. */
  ignores(path: string, isDirectory: boolean): boolean {
    if (this.#patterns.length === 0) return false;
    return this.#matcher.test(isDirectory ? `${path}/` : path).ignored;
  }
}

function cut(text: string, room: number): string[] {
  const patterns: string[] = [];
  let multiStar = 0;
  for (const line of text
    .slice(0, MAX_IGNORE_FILE_BYTES)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)) {
    if (patterns.length >= Math.min(room, MAX_PATTERNS_PER_FILE)) break;
    if (line.trim() === '' || line.startsWith('#') || line.length > MAX_PATTERN_LENGTH) continue;
    const stars = starsOf(line);
    // Each star multiplies the ways a long name can match: three in one part can cost millions of steps a file.
    if (stars.inPart > 2 || stars.crossing > 3) continue;
    if (stars.inPart > 1 && ++multiStar > MAX_MULTI_STAR_PATTERNS) continue;
    patterns.push(line);
  }
  return patterns;
}

function starsOf(pattern: string): { inPart: number; crossing: number } {
  let inPart = 0;
  let crossing = 0;
  for (const part of pattern.split('/')) {
    if (part === '**') crossing += 1;
    else inPart = Math.max(inPart, part.split('*').length - 1);
  }
  return { inPart, crossing };
}

/** Rewrites a pattern of `folder/.gitignore` to one that means the same from the root. */
function scoped(pattern: string, folder: string): string {
  if (folder === '') return pattern;
  const isNegative = pattern.startsWith('!');
  const body = isNegative ? pattern.slice(1) : pattern;
  const escaped = folder.replace(/[\\*?[\]!# ]/g, '\\$&');
  const trimmed = body.replace(/\/+[ \t]*$/, '');
  const isAnchored = trimmed.includes('/');
  const path = isAnchored ? body.replace(/^\//, '') : `**/${body}`;
  return `${isNegative ? '!' : ''}/${escaped}/${path}`;
}
