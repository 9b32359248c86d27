/** Finds the package scripts that a page tells its reader to run. */
import { posix } from 'node:path';
import type { Page, PageCode } from './read-markdown.ts';

export interface ScriptMention {
  /** The script's name: `build`, `test`. */
  readonly script: string;
  /** As written: `npm run build`. */
  readonly command: string;
  readonly line: number;
  /** The folder it is run in, relative to the page's package; undefined when the page does not say which. */
  readonly folder: string | undefined;
  /** True when the page has its reader make a project before, which the script belongs to. */
  readonly isOfAnother?: boolean;
}

const SHELLS = new Set([
  'sh',
  'bash',
  'shell',
  'zsh',
  'console',
  'terminal',
  'shellsession',
  'shell-session',
  '',
]);
/** `npm x` for these is short for `npm run x`. */
const SHORT = new Set(['test', 'start', 'stop']);
/** Names that stand for any script. */
const ANY_NAME =
  /^(?:foo|bar|baz|x|y|name|script|scripts|script-?name|task|command|cmd|env|my-?script|your-?script|something|whatever)$/i;

/** Scripts named in shell blocks and in inline code. Commands with flags for other packages are left out. */
export function scriptMentions(page: Page): ScriptMention[] {
  const mentions = page.code.flatMap((code) => {
    if (code.language === 'inline') return mentionsIn(code, true);
    const language = code.language.split(/[\s,{]/)[0] ?? '';
    return SHELLS.has(language) ? mentionsIn(code, language === '') : [];
  });
  const starts = page.code.flatMap(({ text, line }) =>
    NEW_PROJECT.test(text.slice(0, 20_000)) ? [line] : [],
  );
  const shown = new Set(page.code.flatMap(scriptsShown));
  return mentions.map((mention) =>
    shown.has(mention.script) || starts.some((line) => line <= mention.line)
      ? { ...mention, isOfAnother: true }
      : mention,
  );
}

/** What makes a project: `npm init`, `npm create vite`, `npx create-next-app`, `npx nest new`. */
const NEW_PROJECT =
  /(?:^|[\s`$])(?:(?:npm|pnpm|yarn|bun)\s+(?:init|create)\b|(?:npx|pnpm dlx|yarn dlx|bunx)\s+(?:-\S+\s+)?(?:create-[\w-]+|@[\w-]+\/create-[\w-]+|[@\w/-]+\s+(?:new|create)\b))/;

/** Scripts of a manifest that the page shows, as a guide does that has its reader write it. */
function scriptsShown({ language, text }: PageCode): string[] {
  if (!/^json/.test(language) || !text.includes('"scripts"')) return [];
  return [...text.slice(0, 20_000).matchAll(/"([\w:.-]{1,60})"\s*:\s*"/g)].map((match) => match[1] ?? '');
}

function mentionsIn({ text, line }: PageCode, isUnmarked: boolean): ScriptMention[] {
  const mentions: ScriptMention[] = [];
  let folder: string | undefined = '.';
  for (const [index, raw] of text.slice(0, 20_000).split('\n').entries()) {
    const prompted = raw.trim().replace(/^[$>%]\s+/, '');
    // A block without a language may be output or prose; a command there stands at the start of its line.
    if (isUnmarked && !/^(?:npm|pnpm|cd|git|sudo|[A-Z_]{2,40}=)/.test(prompted)) continue;
    if (prompted.startsWith('#')) continue;
    for (const command of prompted.split(/&&|\|\||[;|]/)) {
      const words = command
        .replace(/\s#.*$/, '')
        .trim()
        .split(/\s+/);
      if (words[0] === 'cd')
        folder = words[1] === undefined || folder === undefined ? undefined : posix.join(folder, words[1]);
      const script = scriptOf(words);
      if (script !== undefined) {
        mentions.push({ script, command: words.slice(0, 4).join(' '), line: line + index, folder });
      }
    }
  }
  return mentions;
}

function scriptOf(words: readonly string[]): string | undefined {
  const start = words.findIndex((word) => word !== 'sudo' && !/^[A-Za-z_]\w*=/.test(word));
  const [program, verb, name, ...rest] = words.slice(Math.max(0, start));
  if (program !== 'npm' && program !== 'pnpm') return undefined;
  const isRun = verb === 'run' || verb === 'run-script';
  const script = isRun ? name : verb;
  if (script === undefined || (!isRun && !SHORT.has(script))) return undefined;
  const end = rest.indexOf('--');
  const flags = [...(isRun ? [] : [name ?? '']), ...(end < 0 ? rest : rest.slice(0, end))];
  // These point at another package, or say that the script may be absent.
  if (
    flags.some((flag) =>
      /^(?:-w|--workspaces?|--prefix|-C|--dir|--filter|-F|-r|--recursive|--if-present)(?:=|$)/.test(flag),
    )
  )
    return undefined;
  const clean = script.replace(/[.,:)]+$/, '');
  return /^[A-Za-z0-9][\w:./-]*$/.test(clean) && !clean.endsWith('...') && !ANY_NAME.test(clean)
    ? clean
    : undefined;
}
