/** The checks for Python, over logical lines. */
import type { TextFile } from '../../contracts/workspace.ts';
import { type PythonLine, type PythonToken, pythonLines } from '../kit/python-lines.ts';
import { comesFromRequest, isFixed, type PythonCall, type PythonNames, pythonCalls } from './python-calls.ts';
import type { SecurityHit } from './script-sink.ts';
import { benignHash, benignRandom, isSecretContext, makesSecrets } from './security-context.ts';

const SHELL_ALWAYS = /^(?:os\.(?:system|popen)|(?:subprocess|commands)\.(?:getoutput|getstatusoutput))$/;
const SUBPROCESS = /^(?:subprocess\.)?(?:run|call|check_call|check_output|Popen)$/;
const STATEMENT =
  /^\s*(?:select\b.{0,2000}\bfrom\b|insert\s+into|update\s+\S+\s+set|delete\s+from|replace\s+into|create\s|drop\s|alter\s|with\s+\w+\s+as)/is;
const HTTP =
  /^(?:requests|httpx|session|s|client|http|self\.session|self\.client|self\._session|urllib3|aiohttp)\.|^(?:request|urlopen|Client|AsyncClient)$/;

/** Of a value no more is kept: it is read again at each call that uses it. */
const MAX_VALUE = 10_000;
/** Loads objects of any class, whoever made the bytes. */
const UNPICKLES =
  /^(?:(?:c|_)?[pP]ickle|dill|cloudpickle)\.(?:loads?|Unpickler)$|^(?:jsonpickle\.decode|marshal\.loads?)$/;
const RANDOM_ADVICE =
  'The next values can be worked out from earlier ones. Use the `secrets` module: `secrets.token_urlsafe`, `secrets.choice`.';
const TLS_ADVICE =
  'Anyone on the way can read and change what is sent. Leave verification on, and name the right authority by its file (`verify="ca.pem"`, `ssl.create_default_context(cafile=…)`).';

interface Frame {
  readonly indent: number;
  readonly name: string;
  readonly names: Names;
}

/** Names of a function, and behind them those of the module. */
class Names {
  readonly #own = new Map<string, readonly PythonToken[]>();
  readonly #outer: Names | undefined;

  constructor(outer?: Names) {
    this.#outer = outer;
  }

  get(name: string): readonly PythonToken[] | undefined {
    return this.#own.get(name) ?? this.#outer?.get(name);
  }

  set(name: string, value: readonly PythonToken[]): void {
    this.#own.set(name, value);
  }
}

const FILE_CALL =
  /^(?:open|io\.open|aiofiles\.open|os\.(?:remove|unlink|open)|shutil\.(?:rmtree|copy|copyfile|move)|(?:flask\.)?send_file|FileResponse|(?:pathlib\.)?Path)$/;

/** What is dangerous in a Python file. */
export function scanPython(file: TextFile): SecurityHit[] {
  const hits: SecurityHit[] = [];
  const seen = new Set<string>();
  const moduleNames = new Names();
  const frames: Frame[] = [{ indent: -1, name: '', names: moduleNames }];
  for (const line of pythonLines(file.text)) {
    while (frames.length > 1 && line.indent <= (frames.at(-1)?.indent ?? -1)) frames.pop();
    const definition = line.tokens.findIndex(({ type, text }) => type === 'name' && text === 'def');
    if (definition >= 0 && definition <= 1) {
      frames.push({
        indent: line.indent,
        name: line.tokens[definition + 1]?.text ?? '',
        names: new Names(moduleNames),
      });
    }
    // A short function stands on the line of its head.
    const frame = frames.at(-1) as Frame;
    const target = assignedName(line);
    for (const call of pythonCalls(line)) {
      const found = checkCall(call, { target, frame, line });
      if (found === undefined || seen.has(`${found.rule} ${found.line}`)) continue;
      seen.add(`${found.rule} ${found.line}`);
      hits.push(found);
    }
    if (target !== undefined) note(line, target, frame.names);
  }
  return hits;
}

/** Keeps what a name is set to; what is added later counts too. */
function note({ tokens }: PythonLine, target: string, names: Names): void {
  const at = tokens.findIndex(({ type, text }) => type === 'operator' && (text === '=' || text === '+='));
  const value = tokens.slice(at + 1, at + 1 + MAX_VALUE);
  names.set(
    target,
    tokens[at]?.text === '+=' ? [...(names.get(target) ?? []), ...value].slice(0, 500) : value,
  );
}

function assignedName({ tokens }: PythonLine): string | undefined {
  const at = tokens.findIndex(({ type, text }) => type === 'operator' && (text === '=' || text === '+='));
  const isSimple =
    at > 0 &&
    tokens
      .slice(0, at)
      .every(
        ({ type, text }) =>
          type === 'name' || (type === 'operator' && '.:[]|,'.includes(text)) || type === 'string',
      );
  if (!isSimple || tokens[0]?.type !== 'name') return undefined;
  const colon = tokens.findIndex(({ text }) => text === ':');
  return tokens.slice(0, colon > 0 && colon < at ? colon : at).findLast(({ type }) => type === 'name')?.text;
}

interface Around {
  readonly target: string | undefined;
  readonly frame: Frame;
  readonly line: PythonLine;
}

function checkCall(call: PythonCall, around: Around): SecurityHit | undefined {
  const { name, line, positional, keywords } = call;
  const { names } = around.frame;
  const first = positional[0] ?? keywords.get('args') ?? keywords.get('sql') ?? [];
  const hit = (rule: SecurityHit['rule'], message: string, advice?: string): SecurityHit => ({
    rule,
    line,
    message,
    ...(advice === undefined ? {} : { advice }),
  });
  const last = name.slice(name.lastIndexOf('.') + 1);
  if (
    (name === 'eval' || name === 'exec' || name === 'builtins.eval') &&
    first.length > 0 &&
    !isFixed(first, names)
  ) {
    return hit('eval-use', `${name} runs text that is not fixed.`);
  }
  const usesShell =
    SHELL_ALWAYS.test(name) || (SUBPROCESS.test(name) && keywords.get('shell')?.[0]?.text === 'True');
  if (usesShell && first.length > 0 && !isFixed(first, names) && !isQuoted(first)) {
    return hit('command-injection', `The command given to ${name} has a part that is not fixed.`);
  }
  if (
    /^(?:execute|executemany|executescript|raw|read_sql|read_sql_query|text)$/.test(last) &&
    isOpenStatement(first, names)
  ) {
    return hit('sql-injection', `The statement given to ${last} has a value put into its text.`);
  }
  if (FILE_CALL.test(name) && first.length > 0 && comesFromRequest(first, names)) {
    return hit('path-traversal', `The path given to ${name} comes from the request.`);
  }
  if (/^yaml\.(?:load|load_all)$/.test(name)) {
    const loader = (keywords.get('Loader') ?? positional[1] ?? []).map(({ text }) => text).join('');
    if (!/safe|base/i.test(loader))
      return hit('unsafe-deserialization', `${name} without SafeLoader can make objects of any class.`);
  }
  if (UNPICKLES.test(name) && first.length > 0 && comesFromRequest(first, names))
    return hit(
      'unsafe-deserialization',
      `${name} reads what the request holds, which can run any code.`,
      'Read requests in a form that holds data alone, such as JSON; what only this program may make can be signed.',
    );
  if (last === 'run' && keywords.get('debug')?.[0]?.text === 'True' && isFlask(name, names))
    return hit('debug-mode', `${name} starts Flask with its debugger.`);
  if (
    /^(?:hashlib\.)?(?:md5|sha1)$/.test(name) ||
    (name === 'hashlib.new' && /^(?:md5|sha1)$/i.test(first[0]?.text ?? ''))
  ) {
    const data = positional.flat().filter(({ type }) => type === 'name');
    const around_ = [around.target, around.frame.name, ...data.map(({ text }) => text)].filter(
      (one) => one !== undefined,
    );
    const isMeant = keywords.get('usedforsecurity')?.[0]?.text !== 'False' && !around_.some(benignHash);
    const secret = around_.find(isSecretContext);
    if (isMeant && secret !== undefined)
      return hit('weak-hash', `${last.toUpperCase()} is used for \`${secret}\`.`);
  }
  if (keywords.get('verify')?.[0]?.text === 'False' && HTTP.test(name) && last !== 'decode') {
    return hit('tls-verification-off', '`verify=False` accepts any certificate.', TLS_ADVICE);
  }
  if (name === 'ssl._create_unverified_context')
    return hit('tls-verification-off', 'The context accepts any certificate.', TLS_ADVICE);
  if (/^random\.(?:choice|choices|randint|random|randrange|getrandbits|sample)$/.test(name)) {
    const secret = [around.target, around.frame.name].find((one) => one !== undefined && makesSecrets(one));
    const isBenign = around.target !== undefined && benignRandom(around.target);
    if (secret !== undefined && !isBenign)
      return hit('insecure-random', `${name} makes \`${secret}\`.`, RANDOM_ADVICE);
  }
  return undefined;
}

/** `app.run` where `app` is set to `Flask(…)`; other things have a `run` with a `debug` of their own. */
function isFlask(name: string, names: PythonNames): boolean {
  const owner = name.split('.').at(-2);
  const made = owner === undefined ? undefined : names.get(owner);
  const start =
    made
      ?.slice(0, 4)
      .map(({ text }) => text)
      .join('') ?? '';
  return /^(?:flask\.)?Flask\(/.test(start);
}

function isQuoted(tokens: readonly PythonToken[]): boolean {
  return tokens.some(
    ({ text, type }) =>
      (type === 'name' && text === 'shlex') || (type === 'string' && text.includes('shlex.quote(')),
  );
}

/** A statement whose text is made with an f-string, `%`, `+` or `.format` and parts that are not fixed. */
function isOpenStatement(tokens: readonly PythonToken[], names: PythonNames): boolean {
  const [only] = tokens;
  const value = tokens.length === 1 && only?.type === 'name' ? (names.get(only.text) ?? []) : tokens;
  const start = value.findIndex(({ type }) => type === 'string');
  if (start < 0 || start > 2 || !STATEMENT.test(value[start]?.text ?? '')) return false;
  const isMade = value.some(
    ({ type, text, prefix }) =>
      (type === 'string' && prefix?.includes('f') === true) ||
      (type === 'operator' && (text === '%' || text === '+')) ||
      (type === 'name' && text === 'format'),
  );
  return isMade && !isFixed(value, names);
}
