/** Turns the story of the sample into commits with whole files, the last of which leaves the files as they are. */
import type { CommitPlan } from '../../process/git-repository.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { SampleFiles } from './sample-files.ts';
import type { SampleCommit } from './sample-history.ts';

const PART = /^(.+)@(\d+)\/(\d+)$/;

/** Throws `evidence-mismatch` when a commit names no file, changes nothing, or a file never becomes whole. */
export function commitPlans(history: readonly SampleCommit[], files: SampleFiles): readonly CommitPlan[] {
  const state = new Map<string, string>();
  const named = new Set(history.flatMap((commit) => commit.files.flatMap((name) => pathsOf(name, files))));
  const unnamed = Object.keys(files).filter((path) => !named.has(path));
  const plans = history.map(({ date, author, message, files: names }, index): CommitPlan => {
    const changed: Record<string, string> = {};
    for (const name of index === 0 ? [...unnamed, ...names] : names) {
      const paths = pathsOf(name, files);
      if (paths.length === 0) throw mismatch(`The commit "${message}" names ${name}, which is not there.`);
      for (const path of paths) changed[path] = partOf(name, files[path] as string);
    }
    const news = Object.entries(changed).filter(([path, text]) => state.get(path) !== text);
    if (news.length === 0) throw mismatch(`The commit "${message}" changes nothing.`);
    for (const [path, text] of news) state.set(path, text);
    return {
      message,
      time: Date.parse(date),
      author: { name: author, email: addressOf(author) },
      files: Object.fromEntries(news),
    };
  });
  for (const [path, text] of Object.entries(files)) {
    if (state.get(path) !== text) throw mismatch(`After the last commit, ${path} is not whole.`);
  }
  return plans;
}

function pathsOf(name: string, files: SampleFiles): readonly string[] {
  const path = PART.exec(name)?.[1] ?? name;
  if (path.endsWith('/')) return Object.keys(files).filter((one) => one.startsWith(path));
  return Object.hasOwn(files, path) ? [path] : [];
}

/** The first parts of a text. Parts end where an empty line is followed by one that is not indented. */
function partOf(name: string, text: string): string {
  const [, , some, all] = PART.exec(name) ?? [];
  if (some === undefined || all === undefined) return text;
  const parts = text.split(/\n\n(?=\S)/);
  const kept = parts.slice(0, Math.max(1, Math.floor((parts.length * Number(some)) / Number(all))));
  return kept.length === parts.length ? text : `${kept.join('\n\n')}\n`;
}

function addressOf(author: string): string {
  return `${author.toLowerCase().replaceAll(' ', '.')}@tidewater.example`;
}

function mismatch(message: string): OrchestratorError {
  return new OrchestratorError('evidence-mismatch', message);
}
