/** @file What people do in several journeys: by the names that a person reads or hears. */
import type { Locator, Page } from 'playwright-core';
import { until } from '../house/until.ts';

/** Opens a one-time link and uses it. */
export async function signIn(page: Page, link: string, name?: string): Promise<void> {
  await page.goto(link);
  if (name !== undefined) await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: name === undefined ? 'Sign in' : 'Join', exact: true }).click();
  await page.waitForURL('**/projects');
}

/** The chart as a keyboard or a screen reader meets it; its name tells its figures. */
export const chart = (page: Page, title: string): Locator =>
  page.locator(`[aria-roledescription="chart"][aria-label^="${title}. "]`);

/** The last step a chart has drawn; undefined while it has no point. */
export async function lastStepOf(page: Page, title: string): Promise<number | undefined> {
  const found = chart(page, title).first();
  if ((await found.count()) === 0) return undefined;
  const step = / at step ([\d,]+)/.exec((await found.getAttribute('aria-label')) ?? '')?.[1];
  return step === undefined ? undefined : Number(step.replaceAll(',', ''));
}

/** Waits until the chart has a point beyond the step. @returns the new last step */
export const grownBeyond = (page: Page, title: string, step: number, limitMs = 180_000): Promise<number> =>
  until(`the chart "${title}" goes on after step ${step}`, limitMs, async () => {
    const last = await lastStepOf(page, title);
    return last !== undefined && last > step ? last : undefined;
  });

/** Puts a mark into the page that a reload would wipe out. @returns whether it is still there */
export async function markPage(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => document.documentElement.setAttribute('data-not-reloaded', ''));
  return () => page.evaluate(() => document.documentElement.hasAttribute('data-not-reloaded'));
}

/** Runs a GraphQL operation as the person who is signed in on the page. */
export function askAs(page: Page, query: string, variables: Record<string, unknown> = {}): Promise<unknown> {
  return page.evaluate(async (body) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answer: unknown = await response.json();
    return answer;
  }, JSON.stringify({ query, variables }));
}
