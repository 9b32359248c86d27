/** A headless browser for the tests of the page, where the machine has one. */
import { accessSync, constants } from 'node:fs';
import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Undefined where there is none. */
export const CHROMIUM: string | undefined = PLACES.find(canRun);

/** Put into the title of a suite that needs a browser, so that a skipped one says why. */
export const BROWSER_NOTE =
  CHROMIUM === undefined ? ' (skipped: no chromium on this machine, see scripts/system.sh)' : '';

export async function launchBrowser(): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  if (CHROMIUM === undefined) throw new Error('There is no chromium.');
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}
