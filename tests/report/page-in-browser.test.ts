import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILTER_SCRIPT } from '../../src/report/filter-script.ts';
import { visibleText } from '../../src/report/markup.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { writeReport } from '../../src/report/write-report.ts';
import { FAULTY_SHOP, reviewWithSkills, temporaryFolder } from '../support/sample-report.ts';
import { HOSTILE, hostileReport } from './hostile-report.ts';
import {
  DEAD_LINKS,
  FIRST_CLOSED,
  HANDLERS,
  HEADING_LEVELS,
  IDS,
  LOW_CONTRAST,
  MESSAGES,
  OPEN_ALL,
  OUTLINE,
  SCRIPTS,
  WIDTHS,
} from './in-page.ts';
import { BROWSER_NOTE, CHROMIUM, launchBrowser } from './support.ts';

describe.skipIf(CHROMIUM === undefined)(`the page in a browser${BROWSER_NOTE}`, () => {
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let report: Report;
  const urls = { shop: '', hostile: '' };

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = await temporaryFolder(
      Object.fromEntries(Object.entries(FAULTY_SHOP).map(([path, text]) => [`shop/${path}`, text])),
    );
    report = await reviewWithSkills(join(folder.root, 'shop'));
    for (const [name, one] of [
      ['shop', report],
      ['hostile', await hostileReport()],
    ] as const) {
      await writeReport(one, join(folder.root, 'out', name));
      urls[name] = pathToFileURL(join(folder.root, 'out', name, 'report.html')).href;
    }
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await folder?.remove();
  });

  async function open(
    url: string,
    options: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<{ page: Page; requests: string[]; events: string[] }> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 900 },
      colorScheme: options.colorScheme ?? 'light',
    });
    const requests: string[] = [];
    const events: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', () => events.push('dialog'));
    page.on('console', (message) => events.push(message.text()));
    page.on('pageerror', (error) => events.push(error.message));
    await page.goto(url);
    return { page, requests, events };
  }

  it('runs no script but its own, asks for nothing and stays where it is, whatever a repository holds', async () => {
    const { page, requests, events } = await open(urls.hostile);
    await page.evaluate(OPEN_ALL);
    await page.mouse.move(400, 300);
    await page.waitForLoadState('networkidle');
    expect(requests).toEqual([urls.hostile]);
    expect(events).toEqual([]);
    expect(await page.title()).toBe(`Review of repo${HOSTILE[1]}`);
    expect(await page.evaluate<string[]>(SCRIPTS)).toEqual([FILTER_SCRIPT]);
    expect(await page.locator('iframe, img, base, object, embed, form, link').count()).toBe(0);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    const handlers = await page.evaluate<string[]>(HANDLERS);
    expect(handlers).toEqual([]);
    await page.close();
  });

  it('shows hostile text as it is written', async () => {
    const { page } = await open(urls.hostile);
    const messages = await page.evaluate<string[]>(MESSAGES);
    // Backticks in pairs become code; all other characters are there.
    const plain = (text: string): string => visibleText(text).replaceAll('`', '');
    for (const text of HOSTILE) expect(messages.map(plain)).toContain(plain(text));
    expect(messages.some((message) => /^a\ufffdb\ufffdc\ufffdd/.test(message))).toBe(true);
    await page.close();
  });

  it('keeps anchors unique and every link inside the page in reach', async () => {
    for (const url of Object.values(urls)) {
      const { page } = await open(url);
      const ids = await page.evaluate<string[]>(IDS);
      const missing = await page.evaluate<string[]>(DEAD_LINKS);
      expect(new Set(ids).size).toBe(ids.length);
      expect(missing).toEqual([]);
      await page.close();
    }
  });

  it.each(['shop', 'hostile'] as const)('never scrolls sideways on a telephone: %s', async (name) => {
    const { page } = await open(urls[name], { width: 390 });
    await page.evaluate(OPEN_ALL);
    const [scrollWidth, clientWidth] = await page.evaluate<[number, number]>(WIDTHS);
    expect(clientWidth).toBe(390);
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has enough contrast in %s colours', async (colorScheme) => {
    const { page } = await open(urls.shop, { colorScheme });
    await page.evaluate(OPEN_ALL);
    expect(await page.evaluate<string[]>(LOW_CONTRAST)).toEqual([]);
    await page.close();
  });

  it('has headings in order, one of the first level', async () => {
    const { page } = await open(urls.shop);
    const levels = await page.evaluate<number[]>(HEADING_LEVELS);
    expect(levels.filter((level) => level === 1)).toEqual([1]);
    const jumps = levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1);
    expect(jumps).toEqual([]);
    await page.close();
  });

  it('shows where the keyboard is', async () => {
    const { page } = await open(urls.shop);
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab');
      const outline = await page.evaluate<string>(OUTLINE);
      expect(outline).toBe('solid 2px');
    }
    await page.close();
  });

  it('opens a finding that a link goes to', async () => {
    const { page } = await open(urls.shop);
    const closed = await page.evaluate<string>(FIRST_CLOSED);
    expect(closed).toMatch(/^f-/);
    await page.goto(`${urls.shop}#${closed}`);
    expect(await page.locator(`[id="${closed}"]`).isVisible()).toBe(true);
    await page.close();
  });
});
