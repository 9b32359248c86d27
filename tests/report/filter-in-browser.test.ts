/** The filters of the page, clicked as a reader does. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toHtml } from '../../src/report/html.ts';
import { digestOf } from '../../src/shared/json.ts';
import {
  agentOf,
  artifactOf,
  finding,
  location,
  reportOf,
  temporaryFolder,
} from '../support/sample-report.ts';
import { OUTLINE, WIDTHS } from './in-page.ts';
import { BROWSER_NOTE, CHROMIUM, launchBrowser } from './support.ts';

const VISIBLE = `[...document.querySelectorAll('.finding')].filter((one) => one.checkVisibility()).map((one) => one.querySelector('.message').textContent)`;
const SECTIONS = `[...document.querySelectorAll('section')].filter((one) => one.checkVisibility()).map(({ id }) => id)`;
const OPEN_FOLDS = `document.querySelectorAll('section details.rest[open]').length`;
const ALL = 11;

describe.skipIf(CHROMIUM === undefined)(`the filters of the page${BROWSER_NOTE}`, () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let url: string;
  let page: Page;
  const events: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = await temporaryFolder();
    const many = Array.from({ length: 8 }, (_none, index) =>
      finding(`old${index}`, 'warning', { rule: 'many', location: location(`src/${index}.ts`, 1) }),
    );
    const known = finding('known', 'error', { rule: 'let-pass', location: location('src/known.ts', 1) });
    const earlier = await reportOf([agentOf([artifactOf(many)])]);
    const report = await reportOf(
      [
        agentOf([
          artifactOf([
            ...many,
            finding('fresh', 'critical', { location: location('lib/fresh.ts', 1) }),
            known,
          ]),
        ]),
        agentOf(
          [artifactOf([finding('other', 'info', { rule: 'a-link', location: location('README.md', 3) })])],
          {
            name: 'DocsAgent',
          },
        ),
        agentOf([artifactOf([])], { name: 'DataAgent' }),
      ],
      {
        earlier: { path: 'old.json', digest: digestOf('old'), report: earlier },
        baseline: {
          path: 'known.json',
          digest: digestOf('known'),
          entries: [{ id: 'known', rule: 'let-pass', path: 'src/known.ts', reason: 'It is a test.' }],
        },
      },
    );
    const file = join(folder.root, 'report.html');
    await writeFile(file, await toHtml(report));
    url = pathToFileURL(file).href;
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await folder?.remove();
  });

  beforeEach(async () => {
    await page?.close();
    events.length = 0;
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => events.push(message.text()));
    page.on('pageerror', (error) => events.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url) events.push(request.url());
    });
    await page.goto(url);
  });

  const visible = () => page.evaluate<string[]>(VISIBLE);
  const said = () => page.locator('.filter output').textContent();

  it('are there, show everything at first, and ask nothing of anybody', async () => {
    expect(await page.locator('.filter').isVisible()).toBe(true);
    expect(await said()).toBe(`${ALL} of ${ALL} findings shown`);
    expect(events).toEqual([]);
  });

  it('narrow by severity, and open folds around what is left', async () => {
    await page.getByLabel('critical').uncheck();
    await page.getByLabel('info').uncheck();
    await page.locator('.filter').getByLabel('error').uncheck();
    expect(await visible()).toHaveLength(8);
    expect(await said()).toBe(`8 of ${ALL} findings shown`);
    expect(await page.evaluate(SECTIONS)).toEqual(['SecurityAgent']);
  });

  it('narrow by agent', async () => {
    await page.getByLabel('Agent').selectOption('DocsAgent');
    expect(await visible()).toEqual(['Message of other.']);
    expect(await page.evaluate(SECTIONS)).toEqual(['DocsAgent']);
  });

  it.each([
    ['A-LINK', ['Message of other.']],
    ['lib fresh', ['Message of fresh.']],
    ['nowhere at all', []],
    ['let-pass', ['Message of known.']],
  ])('narrow by the words of rule, message and path: %s', async (words, expected) => {
    await page.getByRole('searchbox').fill(words);
    expect(await visible()).toEqual(expected);
  });

  it.each([
    ['new', ['Message of fresh.', 'Message of known.', 'Message of other.']],
    ['silenced', ['Message of known.']],
    ['unchanged', Array.from({ length: 8 }, (_none, index) => `Message of old${index}.`)],
  ])('narrow by state: %s', async (state, expected) => {
    await page.getByLabel('State').selectOption(state);
    expect(await visible()).toEqual(expected);
  });

  it('go back to how it was', async () => {
    const before = [await visible(), await page.evaluate(OPEN_FOLDS)];
    await page.getByLabel('State').selectOption('silenced');
    await page.getByRole('searchbox').fill('known');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect([await visible(), await page.evaluate(OPEN_FOLDS)]).toEqual(before);
    expect(await said()).toBe(`${ALL} of ${ALL} findings shown`);
  });

  it('work from the keyboard alone', async () => {
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('fresh');
    expect(await visible()).toEqual(['Message of fresh.']);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(OUTLINE)).toBe('solid 2px');
    await page.keyboard.press('Space');
    expect(await visible()).toEqual([]);
  });

  it('give way to a link that goes to what they hide', async () => {
    await page.getByLabel('Agent').selectOption('DocsAgent');
    await page.locator('.worst a', { hasText: 'fresh' }).click();
    // The browser tells the page of the new address in a turn of its own.
    await page.locator('#f-fresh').waitFor({ state: 'visible' });
    await expect.poll(said).toBe(`${ALL} of ${ALL} findings shown`);
  });

  it('fit on a telephone', async () => {
    await page.setViewportSize({ width: 390, height: 800 });
    const [scrollWidth, clientWidth] = await page.evaluate<[number, number]>(WIDTHS);
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  });

  it('leave the page whole without script: all is there, and no bar that would do nothing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const still = await context.newPage();
    await still.goto(url);
    expect(await still.locator('.filter').isVisible()).toBe(false);
    expect(await still.locator('.finding').count()).toBe(ALL);
    expect(await still.locator('#f-fresh').isVisible()).toBe(true);
    await context.close();
  });
});
