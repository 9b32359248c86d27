/** Settings outside of code that switch certificate checks off: environment files, scripts, CI and container files. */
import type { TextFile } from '../../contracts/workspace.ts';
import type { SecurityHit } from './script-sink.ts';

const OFF =
  /(?<!\w)(?:NODE_TLS_REJECT_UNAUTHORIZED["']?\s{0,3}[=: ]\s{0,3}["']?0(?![\w.])|PYTHONHTTPSVERIFY["']?\s{0,3}[=:]\s{0,3}["']?0(?![\w.])|GIT_SSL_NO_VERIFY["']?\s{0,3}[=:]\s{0,3}["']?(?:1|true)\b|strict-ssl\s{0,3}=\s{0,3}false\b)/;

/** Lines that are no comments and switch the checks off. */
export function scanSettings(file: TextFile): SecurityHit[] {
  return file.lines.flatMap((line, index) => {
    const text = line.slice(0, 2000);
    const name = /^\s*(?:#|\/\/|;)/.test(text) ? undefined : OFF.exec(text)?.[0];
    return name === undefined
      ? []
      : [
          {
            rule: 'tls-verification-off' as const,
            line: index + 1,
            message: `\`${name.trim()}\` switches off certificate checks.`,
          },
        ];
  });
}
