/** The rules of the documentation check. */
import type { RuleInfo } from '../../contracts/skill.ts';

/** What docs-check can report, by rule id. */
export const DOCS_RULES = {
  'broken-link': {
    id: 'broken-link',
    severity: 'error',
    title: 'A link to a file that is not there',
    help: 'The reader gets an error page. Correct the path, or remove the link.',
  },
  'broken-anchor': {
    id: 'broken-anchor',
    severity: 'warning',
    title: 'A link to a heading that is not there',
    help: 'The reader lands at the top of the page. Headings get their anchors from their text: lower case, spaces as dashes.',
  },
  'missing-script': {
    id: 'missing-script',
    severity: 'error',
    title: 'A documented script that does not exist',
    help: 'Who follows the documentation gets `Missing script`. Add the script to package.json or correct the name.',
  },
  'undocumented-export': {
    id: 'undocumented-export',
    severity: 'info',
    title: 'A public function or class without a doc comment',
    help: 'Editors and reference pages show nothing for it. Say in a sentence what it does, what it takes and what it throws.',
  },
} as const satisfies Readonly<Record<string, RuleInfo>>;
