/** GitHub's `${{ … }}` expressions: which context values can become part of the text that the expression gives. */

/** An expression found in a text. */
export interface ExpressionSpan {
  /** Offset of `${{` in the text. */
  readonly offset: number;
  /** What stands between the braces; undefined when they are never closed. */
  readonly source: string | undefined;
}

const MAX_EXPRESSION = 4_000;

/** Finds all `${{ … }}` in a text. */
export function findExpressions(text: string): readonly ExpressionSpan[] {
  const spans: ExpressionSpan[] = [];
  let at = text.indexOf('${{');
  while (at !== -1) {
    const end = text.indexOf('}}', at + 3);
    spans.push({
      offset: at,
      source: end === -1 ? undefined : text.slice(at + 3, end).slice(0, MAX_EXPRESSION),
    });
    if (end === -1) break;
    at = text.indexOf('${{', end + 2);
  }
  return spans;
}

/** Functions whose result is a boolean or a digest, so that none of their arguments' text comes through. */
const OPAQUE_FUNCTIONS = new Set([
  'contains',
  'startswith',
  'endswith',
  'hashfiles',
  'success',
  'failure',
  'always',
  'cancelled',
]);

/**
 * The context paths, in lower case and with dots (`github.event.issue.title`), whose text can come out of the expression.
 * A comparison, `!` or `contains(…)` gives a boolean, and the left of `&&` comes through only when it is empty.
 */
export function flowingPaths(source: string): readonly string[] {
  const tokens = tokenize(source);
  let at = 0;
  let depth = 0;

  const either = (): string[] => {
    const paths = both();
    while (tokens[at] === '||') {
      at += 1;
      paths.push(...both());
    }
    return paths;
  };
  const both = (): string[] => {
    let paths = comparison();
    while (tokens[at] === '&&') {
      at += 1;
      paths = comparison();
    }
    return paths;
  };
  const comparison = (): string[] => {
    const paths = unary();
    if (!['==', '!=', '<', '>', '<=', '>='].includes(tokens[at] ?? '')) return paths;
    at += 1;
    unary();
    return [];
  };
  const unary = (): string[] => {
    if (tokens[at] !== '!') return primary();
    at += 1;
    unary();
    return [];
  };
  const inner = (): string[] => {
    depth += 1;
    const paths = depth > 50 ? [] : either();
    depth -= 1;
    return paths;
  };
  const primary = (): string[] => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) return [];
    if (token === '(') {
      const paths = inner();
      if (tokens[at] === ')') at += 1;
      return paths;
    }
    if (!/^[a-z_]/i.test(token)) return [];
    if (tokens[at] === '(') return call(token.toLowerCase());
    let path = token.toLowerCase();
    while (tokens[at] === '.' || tokens[at] === '[') {
      const isBracket = tokens[at] === '[';
      const key = tokens[at + 1] ?? '';
      path += `.${(key.startsWith("'") ? key.slice(1, -1) : key).toLowerCase()}`;
      at += 2;
      if (isBracket) {
        while (at < tokens.length && tokens[at] !== ']') at += 1;
        at += 1;
      }
    }
    return [path];
  };
  const call = (name: string): string[] => {
    at += 1;
    const paths: string[] = [];
    while (at < tokens.length && tokens[at] !== ')') {
      const before = at;
      paths.push(...inner());
      if (tokens[at] === ',') at += 1;
      else if (at === before) at += 1;
    }
    at += 1;
    if (OPAQUE_FUNCTIONS.has(name)) return [];
    return name === 'tojson' ? paths.map((path) => `${path}.**`) : paths;
  };
  return either();
}

function tokenize(source: string): readonly string[] {
  return source.match(/'(?:[^']|'')*'|&&|\|\||[=!<>]=|[()[\].,!<>*]|[A-Za-z_][\w-]*|\d[\w.]*/g) ?? [];
}

/** Where a stranger's text reaches a workflow: issue and pull request texts, branch names, commit messages and authors. */
const UNTRUSTED = [
  'github.head_ref',
  'github.event.issue.title',
  'github.event.issue.body',
  'github.event.discussion.title',
  'github.event.discussion.body',
  'github.event.comment.body',
  'github.event.review.body',
  'github.event.review_comment.body',
  'github.event.pull_request.title',
  'github.event.pull_request.body',
  'github.event.pull_request.head.ref',
  'github.event.pull_request.head.label',
  'github.event.pull_request.head.repo.default_branch',
  'github.event.pull_request.head.repo.description',
  'github.event.pull_request.head.repo.homepage',
  'github.event.pages.*.page_name',
  'github.event.head_commit.message',
  'github.event.head_commit.author.name',
  'github.event.head_commit.author.email',
  'github.event.head_commit.committer.name',
  'github.event.head_commit.committer.email',
  'github.event.commits.*.message',
  'github.event.commits.*.author.name',
  'github.event.commits.*.author.email',
  'github.event.commits.*.committer.name',
  'github.event.commits.*.committer.email',
  'github.event.workflow_run.head_branch',
  'github.event.workflow_run.display_title',
  'github.event.workflow_run.head_commit.message',
  'github.event.workflow_run.head_commit.author.name',
  'github.event.workflow_run.head_commit.author.email',
  'github.event.workflow_run.head_repository.description',
  'github.event.workflow_run.pull_requests.*.head.ref',
].map((path) => path.split('.'));

/** True when a stranger decides the text at this path. `a.b.**` stands for all that is under `a.b`. */
export function isUntrustedPath(path: string): boolean {
  const parts = path.split('.');
  const isTree = parts.at(-1) === '**';
  const wanted = isTree ? parts.slice(0, -1) : parts;
  return UNTRUSTED.some((known) => {
    if (isTree ? wanted.length > known.length : wanted.length !== known.length) return false;
    return wanted.every((part, index) => part === known[index] || known[index] === '*' || part === '*');
  });
}
