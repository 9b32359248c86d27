/** The environment of a program, built from nothing, and the variables that a request may not set. */
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';

/** Variables that make a loader, an interpreter, a shell or a tool run something else, or that the runner sets. */
const REFUSED_NAMES: ReadonlySet<string> = new Set([
  ...[
    'PATH',
    'HOME',
    'IFS',
    'ENV',
    'BASH_ENV',
    'SHELLOPTS',
    'BASHOPTS',
    'PS4',
    'PROMPT_COMMAND',
    'CDPATH',
    'ZDOTDIR',
  ],
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_CHANNEL_FD', 'ELECTRON_RUN_AS_NODE'],
  ...['PYTHONPATH', 'PYTHONHOME', 'PYTHONSTARTUP', 'PYTHONINSPECT', 'PYTHONBREAKPOINT', 'PYTHONWARNINGS'],
  ...[
    'PERL5OPT',
    'PERL5LIB',
    'PERL5DB',
    'PERLLIB',
    'RUBYOPT',
    'RUBYLIB',
    'LUA_INIT',
    'PHPRC',
    'PHP_INI_SCAN_DIR',
  ],
  ...['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'MAVEN_OPTS', 'GRADLE_OPTS', 'CLASSPATH'],
  ...[
    'GOFLAGS',
    'GOPATH',
    'GOROOT',
    'RUSTC',
    'RUSTC_WRAPPER',
    'RUSTFLAGS',
    'CARGO_HOME',
    'CC',
    'CXX',
    'LD',
    'MAKEFLAGS',
  ],
  ...[
    'EDITOR',
    'VISUAL',
    'PAGER',
    'BROWSER',
    'LESSOPEN',
    'LESSCLOSE',
    'MANPAGER',
    'SSH_ASKPASS',
    'SUDO_ASKPASS',
  ],
  ...['XDG_CONFIG_HOME', 'GCONV_PATH', 'LOCPATH', 'HOSTALIASES', 'OPENSSL_CONF', 'SHELL'],
]);

const REFUSED_PREFIXES = [
  'LD_',
  'DYLD_',
  'GIT_',
  'BASH_FUNC_',
  'NPM_CONFIG_',
  'CARGO_TARGET_',
  'AUTOGEN_ORCHESTRATOR_JOB',
];

/** Of the refused families, what can only make a program safer or is plain data. `true` means any value. */
const SAFE: Readonly<Record<string, string | true>> = {
  GIT_AUTHOR_NAME: true,
  GIT_AUTHOR_EMAIL: true,
  GIT_AUTHOR_DATE: true,
  GIT_COMMITTER_NAME: true,
  GIT_COMMITTER_EMAIL: true,
  GIT_COMMITTER_DATE: true,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  NPM_CONFIG_IGNORE_SCRIPTS: 'true',
  NPM_CONFIG_OFFLINE: 'true',
  NPM_CONFIG_AUDIT: 'false',
  NPM_CONFIG_FUND: 'false',
  NPM_CONFIG_UPDATE_NOTIFIER: 'false',
  NPM_CONFIG_LOGLEVEL: true,
};

/** A variable's name and value, in a form that a program can be given. Throws `InvalidArgumentError`. */
export function checkVariable(argument: string, name: string, value: unknown): asserts value is string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name)) {
    throw new InvalidArgumentError(argument, 'an object whose keys are names of variables', name);
  }
  if (typeof value !== 'string' || value.includes('\0')) {
    throw new InvalidArgumentError(`${argument}.${name}`, 'a string without NUL', value);
  }
}

/** Throws `not-allowed` for a variable that could change what runs, unless the runner's owner allows its name. */
export function checkRequestVariable(name: string, value: unknown, allowed: ReadonlySet<string>): void {
  checkVariable('env', name, value);
  if (allowed.has(name)) return;
  // Upper case, since npm reads its settings in any case and Windows knows no difference.
  const upper = name.toUpperCase();
  const safe = Object.hasOwn(SAFE, upper) ? SAFE[upper] : undefined;
  if (safe === true || safe === value) return;
  if (!REFUSED_NAMES.has(upper) && !REFUSED_PREFIXES.some((prefix) => upper.startsWith(prefix))) return;
  throw new OrchestratorError(
    'not-allowed',
    `The variable ${name} may not be set: it can change which program runs.`,
    {
      details: { variable: name },
    },
  );
}
