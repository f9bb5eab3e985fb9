import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@nabla/db';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, signInLink, startHouse, workerKey } from '../house/house.ts';
import { Lab, tinyConfig } from '../house/runs.ts';
import { type Switch, openSwitch } from '../house/switch.ts';
import { grownBeyond, markPage, signIn } from './actions.ts';
import { newPerson, openBrowser } from './browser.ts';

/** As long as the database may be away in mid-run without anything being lost. */
const AWAY_MS = 20_000;
const STEPS = 1500;

describe('a database that goes away for 20 s in mid-run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nabla-outage-'));
  let database: Database;
  let line: Switch;
  let house: House;
  let browser: Browser;

  beforeAll(async () => {
    database = await openDatabase({ dataDir: folder });
    const direct = new URL(database.url);
    line = await openSwitch({ host: direct.hostname, port: Number(direct.port) });
    const through = new URL(database.url);
    through.hostname = '127.0.0.1';
    through.port = String(line.port);
    house = await startHouse({ args: ['--no-demo', '--database-url', through.href] });
    await house.workers();
    browser = await openBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await house?.close();
    await line?.close();
    await database?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('the page says so and recovers by itself; the run goes on and loses no step', async () => {
    const { apiUrl, url } = await house.page();
    const lab = new Lab(apiUrl, workerKey(house.data));
    const project = await lab.createProject('Outage');
    const run = await lab.createRun(project.id, tinyConfig('outage', STEPS));
    const { page } = await newPerson(browser);
    await signIn(page, signInLink(house));
    await page.goto(`${url}/runs/${run}`);
    const notReloaded = await markPage(page);
    const before = await grownBeyond(page, 'Reward', 0);

    line.cut();
    const tab = (name: string) => page.getByRole('link', { name, exact: true }).click();
    await tab('Checkpoints'); // asks for something that only the database knows
    await page
      .getByRole('status')
      .getByText(/out of date/)
      .waitFor();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('outage'); // what was there stays readable
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
    line.mend();
    await page.getByText('Connection is back').waitFor();
    await tab('Overview');

    await grownBeyond(page, 'Reward', before);
    expect(await notReloaded()).toBe(true);
    await lab.finished(run, 300_000);
    expect(await lab.status(run)).toMatchObject({ status: 'FINISHED', step: STEPS + 5, rewards: STEPS });
  }, 600_000);
});
