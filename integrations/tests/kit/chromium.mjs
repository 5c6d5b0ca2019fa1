/** Chromium as it is installed; none is downloaded. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { scratch } from './places.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The program: what `CHROMIUM` says, else the first one on the PATH. */
export function chromiumPath() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  for (const name of NAMES) {
    const found = (process.env.PATH ?? '').split(':').map((folder) => join(folder, name)).find(existsSync);
    if (found) return found;
  }
  throw new Error('no Chromium found: `cargo xtask setup` installs it on Debian; or set CHROMIUM to the program');
}

/** Its version, as it prints it. */
export const chromiumVersion = () => execFileSync(chromiumPath(), ['--version'], { encoding: 'utf8' }).trim();

/** Starts it with a profile of its own, gives a page without cache to `use`, and ends it. `more` are options of Playwright's context. */
export async function withChromium(use, more = {}) {
  const profile = mkdtempSync(join(scratch('profiles'), 'p-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: FLAGS,
    headless: true,
    acceptDownloads: false,
    ...more,
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    return await use(page, context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
