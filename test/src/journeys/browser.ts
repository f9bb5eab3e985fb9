/** @file A real Chromium: the one from npm, or the one `CHROMIUM_PATH` names (Debian's, for instance). */
import AxeBuilder from '@axe-core/playwright';
import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';

/** No calls home, and no sandbox: containers and root have none to give. */
const FLAGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
];
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/**
 * A browser as people have it: the flags that come with the npm build are for crawlers and switch its web security off.
 */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await sparticuz.executablePath()),
    args: FLAGS,
    headless: true,
  });
}

/** A person: cookies of their own, and a page that reports what broke in it. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Uncaught errors and error messages on the console since the last call. */
  problems(): string[];
}

export async function newPerson(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Person> {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const seen: string[] = [];
  page.on('pageerror', (error) => seen.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') seen.push(`console: ${message.text()} ${message.location().url}`);
  });
  return { context, page, problems: () => seen.splice(0) };
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * Violations of WCAG 2.2 AA that axe finds on the page as it stands, in words; empty when there are none.
 * Differs: the inside of GraphiQL's editor, which is not ours, is left out (docs/limits.md); the page around it is not.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(RULES)
    .exclude('.graphiql-container')
    .analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id}: ${violation.help} — ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`,
    ),
  );
}

/** How many pixels the page is wider than its window: 0 when nothing makes it scroll sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
