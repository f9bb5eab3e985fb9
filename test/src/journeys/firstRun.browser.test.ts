import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, signInLink, startHouse } from '../house/house.ts';
import { until } from '../house/until.ts';
import { grownBeyond, markPage, signIn } from './actions.ts';
import { type Person, newPerson, openBrowser } from './browser.ts';

describe('the first run', () => {
  let house: House;
  let browser: Browser;
  let owner: Person;

  beforeAll(async () => {
    house = await startHouse();
    await house.page();
    browser = await openBrowser();
    owner = await newPerson(browser);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  }, 120_000);

  it('sends somebody unknown to the sign-in page, which says where the link is', async () => {
    const { url } = await house.page();
    const stranger = await newPerson(browser);
    await stranger.page.goto(`${url}/projects`);
    await stranger.page.waitForURL('**/sign-in**');
    await stranger.page.getByRole('heading', { name: 'Sign in with a link' }).waitFor();
    await stranger.context.close();
  });

  it('lets the owner in by the printed link, once', async () => {
    const link = signInLink(house);
    await signIn(owner.page, link);
    await owner.page.getByRole('heading', { name: 'Projects' }).waitFor();

    const latecomer = await newPerson(browser);
    await latecomer.page.goto(link);
    await latecomer.page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await latecomer.context.close();
  });

  it('shows the demo run going live: the reward chart grows without a reload', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Demo', exact: true }).first().click();
    await page.waitForURL('**/p/demo**');
    await page.locator('a[href^="/runs/run_"]').first().click();
    await page.waitForURL('**/runs/run_*');
    const notReloaded = await markPage(page);
    const first = await grownBeyond(page, 'Reward', 0, 280_000);
    const second = await grownBeyond(page, 'Reward', first);
    expect(second).toBeGreaterThan(first);
    expect(await notReloaded()).toBe(true);
  }, 600_000);

  it('shows what the model wrote, and the arithmetic of why it was pushed', async () => {
    const { page } = owner;
    const group = page.getByRole('region', { name: 'Group 0' });
    await group.waitFor();
    const completion = group.getByRole('button', { expanded: false }).first();
    await completion.click();
    await group.getByRole('button', { expanded: true }).waitFor();
    const terms = await until('the arithmetic is shown', 30_000, async () => {
      const texts = await group.getByRole('term').allInnerTexts();
      return texts.length > 0 && texts;
    });
    expect(terms.join(' ')).toMatch(/advantage/i);
    expect(terms.join(' ')).toMatch(/signal/i);
  });

  it('broke nothing on the way', () => {
    expect(owner.problems()).toEqual([]);
  });
});
