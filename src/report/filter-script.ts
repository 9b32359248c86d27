/** The one script of the page: filters findings that are there already. The page is whole without it. */
import { createHash } from 'node:crypto';

/**
 * It reads and hides elements, and sets no markup. Its text is the same in every report, so that the page's policy can
 * name it by its hash; it must not hold the end of a script element.
 */
export const FILTER_SCRIPT = `(() => {
  'use strict';
  const bar = document.querySelector('.filter');
  if (bar === null) return;
  const text = bar.querySelector('input[type=search]');
  const boxes = [...bar.querySelectorAll('input[type=checkbox]')];
  const selects = [...bar.querySelectorAll('select')];
  const said = bar.querySelector('output');
  const findings = [...document.querySelectorAll('.finding')].map((element) => ({
    element,
    severity: element.classList[1],
    marks: element.querySelector('.body').dataset.marks.split(' '),
    agent: element.closest('section').id,
    haystack: undefined,
  }));
  const haystackOf = (finding) => {
    finding.haystack ??= [
      finding.element.closest('.group').firstElementChild.textContent,
      finding.element.querySelector('.body').dataset.rule,
      finding.element.querySelector('summary').textContent,
    ].join(' ').toLowerCase();
    return finding.haystack;
  };
  const folds = [...document.querySelectorAll('section details.rest')].map((element) => ({ element, wasOpen: false }));
  const valueOf = (name) => selects.find((select) => select.name === name)?.value ?? '';
  let isOn = false;
  const apply = () => {
    const severities = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value));
    const words = text.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const agent = valueOf('agent');
    const mark = valueOf('mark');
    const isNarrow = words.length > 0 || agent !== '' || mark !== '' || severities.size < boxes.length;
    if (isNarrow && !isOn) for (const fold of folds) fold.wasOpen = fold.element.open;
    const kept = new Set();
    let shown = 0;
    for (const finding of findings) {
      const isShown = severities.has(finding.severity)
        && (agent === '' || finding.agent === agent)
        && (mark === '' || finding.marks.includes(mark))
        && (words.length === 0 || words.every((word) => haystackOf(finding).includes(word)));
      finding.element.hidden = !isShown;
      if (!isShown) continue;
      shown += 1;
      for (let one = finding.element.parentElement; one !== null && !kept.has(one); one = one.parentElement) kept.add(one);
    }
    for (const one of document.querySelectorAll('section, article, .group, .more-data, section details.rest'))
      one.hidden = isNarrow && !kept.has(one);
    for (const { element, wasOpen } of folds) {
      if (isNarrow) element.open = kept.has(element);
      else if (isOn) element.open = wasOpen;
    }
    isOn = isNarrow;
    said.textContent = shown.toLocaleString('en-US') + ' of ' + findings.length.toLocaleString('en-US') + ' findings shown';
  };
  const reset = () => {
    text.value = '';
    for (const box of boxes) box.checked = true;
    for (const select of selects) select.value = '';
    apply();
  };
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target?.closest('[hidden]') == null) return;
    reset();
    target.scrollIntoView();
  };
  bar.addEventListener('input', apply);
  bar.addEventListener('change', apply);
  bar.querySelector('button').addEventListener('click', () => { reset(); text.focus(); });
  addEventListener('hashchange', reveal);
  bar.hidden = false;
  apply();
})();
`;

/** The source expression of the script for a Content-Security-Policy (CSP Level 2, 4.2.5). */
export const FILTER_SCRIPT_SOURCE = `'sha256-${createHash('sha256').update(FILTER_SCRIPT).digest('base64')}'`;
