/** The rules of the security skills. */
import type { RuleInfo } from '../../contracts/skill.ts';

/** What secret-scan and code-scan can report, by rule id. */
export const SECURITY_RULES = {
  'hardcoded-secret': {
    id: 'hardcoded-secret',
    severity: 'critical',
    title: 'A secret in a file',
    help: 'Whoever can read the repository, now or in its history, can use it. Revoke it, then read it from the environment or a secret store.',
  },
  'eval-use': {
    id: 'eval-use',
    severity: 'error',
    title: 'Text is run as code',
    help: 'Text that comes from outside becomes the program. Parse it (JSON, a small grammar) or look the wanted function up in a table.',
  },
  'command-injection': {
    id: 'command-injection',
    severity: 'error',
    title: 'A shell command made of parts',
    help: 'A part with `;` or `$()` in it runs further commands. Call the program without a shell and pass its arguments as a list.',
  },
  'sql-injection': {
    id: 'sql-injection',
    severity: 'error',
    title: 'An SQL statement made of parts',
    help: 'A part with a quote in it changes the statement. Use placeholders and pass the values beside the statement.',
  },
  'path-traversal': {
    id: 'path-traversal',
    severity: 'error',
    title: 'A file path taken from a request',
    help: 'With `../` in it the path leads out of the folder. Resolve it and check that it starts with the folder, or take only its base name.',
  },
  'weak-hash': {
    id: 'weak-hash',
    severity: 'warning',
    title: 'MD5 or SHA-1 where security depends on it',
    help: 'Both can be forged or guessed fast. For passwords use scrypt or argon2, for signatures HMAC with SHA-256.',
  },
  'insecure-random': {
    id: 'insecure-random',
    severity: 'warning',
    title: 'A secret from a guessable random source',
    help: 'The next values can be worked out from earlier ones. Use `crypto.randomBytes`, `crypto.randomUUID` or, in Python, the `secrets` module.',
  },
  'tls-verification-off': {
    id: 'tls-verification-off',
    severity: 'error',
    title: 'Certificates are not checked',
    help: 'Anyone on the way can read and change what is sent. Trust the right authority (`ca`) instead of trusting everyone.',
  },
  'unsafe-deserialization': {
    id: 'unsafe-deserialization',
    severity: 'error',
    title: 'Data is loaded in a form that can run code',
    help: 'A crafted document makes objects of any class. Use `yaml.safe_load` or a data-only format.',
  },
  'debug-mode': {
    id: 'debug-mode',
    severity: 'warning',
    title: 'A server starts with its debugger',
    help: "Whoever sees an error page of Flask's debugger can run code on the machine. Take `debug=True` out and use `flask run --debug` while developing.",
  },
} as const satisfies Readonly<Record<string, RuleInfo>>;

/** The id of one of {@link SECURITY_RULES}. */
export type SecurityRule = keyof typeof SECURITY_RULES;
