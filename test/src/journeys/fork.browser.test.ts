import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, signInLink, startHouse, workerKey } from '../house/house.ts';
import { Lab, tinyConfig } from '../house/runs.ts';
import { until } from '../house/until.ts';
import { chart, lastStepOf, signIn } from './actions.ts';
import { NARROW, type Person, WIDE, axeViolations, newPerson, openBrowser, overflow } from './browser.ts';

describe('evaluation and forks', () => {
  let house: House;
  let url: string;
  let lab: Lab;
  let browser: Browser;
  let owner: Person;
  let slug: string;
  let projectId: string;
  let parent: string;
  let fork: string;

  beforeAll(async () => {
    house = await startHouse({ args: ['--no-demo'] });
    const page = await house.page();
    url = page.url;
    lab = new Lab(page.apiUrl, workerKey(house.data));
    const project = await lab.createProject('Lineage');
    ({ id: projectId, slug } = project);
    parent = await lab.createRun(project.id, {
      ...tinyConfig('parent', 10),
      evaluation: { everySteps: 5, sets: [{ name: 'held_out', prompts: 4, samples: 2, passAt: [2] }] },
      checkpoint: { everySteps: 5, keepBest: 1, bestMetric: 'eval/held_out/reward_mean' },
    });
    browser = await openBrowser();
    owner = await newPerson(browser);
    await signIn(owner.page, signInLink(house));
    await house.workers();
    await lab.finished(parent);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  }, 120_000);

  it('shows how the policy does on held-out prompts, and what it said there', async () => {
    const { page } = owner;
    await page.goto(`${url}/runs/${parent}`);
    const set = page.getByRole('region', { name: 'Evaluation set held_out' });
    await set.getByRole('button', { name: 'accuracy', exact: true }).waitFor();
    await set.getByRole('button', { name: 'pass@2', exact: true }).waitFor();
    await set.getByText(/± /).first().waitFor(); // the reward's confidence interval
    await page.getByRole('link', { name: 'What it said there' }).click();
    await page.waitForURL('**set=held_out**');
    const group = page.getByRole('region', { name: /^Group / }).first();
    await group.waitFor();
    // Of each prompt the greedy completion and two samples.
    expect(await group.getByText('greedy', { exact: true }).count()).toBe(1);
    expect(await group.getByText('sample', { exact: true }).count()).toBe(2);
    await group.getByRole('button').first().click();
    await page.getByText('Drawn for the evaluation set held_out').waitFor();
    // The link of a completion leads to its set, not to what was trained on at that step.
    await page.getByRole('link', { name: 'Link to this completion' }).click();
    await page.getByText('Drawn for the evaluation set held_out').waitFor();
    // Training has completions of its own.
    await page.getByRole('radio', { name: 'Training' }).click();
    await page.waitForURL((address) => !address.search.includes('set='));
    await page
      .getByRole('region', { name: /^Group / })
      .first()
      .waitFor();
  });

  it('lists the completions of an evaluation without what only training knows', async () => {
    const { page } = owner;
    await page.goto(`${url}/runs/${parent}?tab=completions&view=list&set=held_out`);
    // Evaluated after steps 5, 10 and 15: 4 prompts × (1 greedy + 2 samples) each.
    await page.getByText('36 completions of the evaluation set held_out').waitFor();
    await page.getByText('greedy', { exact: true }).first().waitFor();
    await page.getByText('sample', { exact: true }).first().waitFor();
    expect(await page.getByText('Advantage', { exact: true }).count()).toBe(0);
    expect(await page.getByText('Signal', { exact: true }).count()).toBe(0);
    expect(await page.getByLabel('Order').locator('option').allInnerTexts()).not.toContain('Highest KL');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('radio', { name: 'Training' }).click();
    await page.getByText('Advantage', { exact: true }).waitFor();
    expect(await page.getByText('greedy', { exact: true }).count()).toBe(0);
  });

  it('forks from a checkpoint with another setting, and both runs show the lineage', async () => {
    const { page } = owner;
    await page.goto(`${url}/runs/${parent}?tab=checkpoints`);
    await page.getByText('best', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Fork from here, step 10' }).click();
    await page.waitForURL('**/new?fork=**');
    await page.getByRole('heading', { name: 'New fork' }).waitFor();
    const step = page.getByLabel('Begin after step');
    expect(await step.inputValue()).toBe('10');
    // The parent's warm-up of 5 steps is behind the checkpoint.
    expect(await page.getByRole('switch', { name: 'Supervised warm-up' }).isChecked()).toBe(false);
    // Its name tells it from its parent, and follows the step.
    const name = page.getByLabel('Name', { exact: true }).first();
    expect(await name.inputValue()).toBe('parent · fork at 10');
    await step.selectOption('15');
    await until('the name follows', 30_000, async () => (await name.inputValue()) === 'parent · fork at 15');
    await step.selectOption('10');
    await until(
      'the name follows back',
      30_000,
      async () => (await name.inputValue()) === 'parent · fork at 10',
    );

    // A model of another shape is refused at its field before anything is sent.
    const yaml = page.getByLabel('YAML');
    const text = await yaml.inputValue();
    await yaml.fill(text.replace(/width: 16/, 'width: 32'));
    await page
      .getByText(/is 32, and the checkpoint was trained with 16/)
      .first()
      .waitFor();
    await yaml.fill(text);
    await page.getByLabel('Estimator', { exact: true }).first().selectOption('grpo');
    await page
      .getByText(/k3 in the loss/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Launch fork' }).click();
    await page.waitForURL('**/runs/run_*');
    fork = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(fork).not.toBe(parent);
    await page.getByText(/forked from #1 parent at step 10/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await lab.finished(fork);

    await page.goto(`${url}/runs/${parent}`);
    await page.getByText('fork: #2').waitFor();
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize(WIDE);
    await page.goto(`${url}/p/${slug}`);
    await page.getByTitle('Forked from #1 parent at step 10').waitFor();
    await page.goto(`${url}/runs/${fork}?tab=config`);
    await page.getByText('Forked from').first().waitFor();
  });

  it('lays a fork’s curves behind its parent’s, unless told not to', async () => {
    const { page } = owner;
    await page.goto(`${url}/compare?runs=${parent},${fork}`);
    await page.getByText(/fork of #1 at 10/).waitFor();
    await page.getByText('+10').waitFor();
    // Ten steps of policy gradient behind step 10 of the parent, which itself ended at 15.
    const reward = chart(page, 'Reward').first();
    const told = async (words: RegExp): Promise<boolean> =>
      words.test((await reward.getAttribute('aria-label')) ?? '');
    await until('the fork ends at step 20', 30_000, () =>
      told(/#2 parent · fork at 10: [^;]* at step 20, .*Steps of #1; forks go on/),
    );
    expect(await lastStepOf(page, 'Reward')).toBe(15);
    expect(await axeViolations(page)).toEqual([]);

    const align = page.getByRole('switch', { name: 'Align forks' });
    expect(await align.isChecked()).toBe(true);
    await align.focus();
    await page.keyboard.press('Space');
    await page.waitForURL('**align=off**');
    await until('the fork ends at its own step 10', 30_000, () =>
      told(/#2 parent · fork at 10: [^;]* at step 10, /),
    );
    expect(await page.getByText('+10').count()).toBe(0);
    await align.click();
    await page.waitForURL((address) => !address.search.includes('align'));
    await until('the fork ends at step 20 again', 30_000, () =>
      told(/#2 parent · fork at 10: [^;]* at step 20, /),
    );
  });

  it('says in one row that a part is left out', async () => {
    const { page } = owner;
    const table = page.getByRole('region', { name: 'Configurations' });
    const warmup = table.getByRole('row', { name: /^warmup/ });
    expect(await warmup.count()).toBe(1);
    await warmup.getByText('none', { exact: true }).waitFor();
    const fold = warmup.getByRole('button', { name: 'warmup' });
    expect(await fold.getAttribute('aria-expanded')).toBe('false');
    await fold.focus();
    await page.keyboard.press('Enter');
    await table.getByRole('row', { name: /^warmup\. ?batchSize 8/ }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  it('has the fork of a checkpoint at hand on a narrow screen, light and dark', async () => {
    const { page } = owner;
    await page.setViewportSize(NARROW);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`${url}/runs/${parent}?tab=checkpoints`);
      const link = page.getByRole('link', { name: 'Fork from here, step 10' });
      await link.waitFor();
      expect(await overflow(page)).toBe(0);
      // Nothing of the table lies outside the window: it does not scroll by itself either.
      const region = page.getByRole('region', { name: 'Checkpoints' });
      expect(await region.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
      // Beside its step: on one line with it.
      const row = page.getByRole('row').filter({ has: link });
      const [step, button] = await Promise.all([
        row.getByRole('cell').first().boundingBox(),
        link.boundingBox(),
      ]);
      if (!step || !button) throw new Error('the row has no box');
      expect(Math.abs(step.y + step.height / 2 - (button.y + button.height / 2))).toBeLessThan(4);
      // The tab one is on is not cut either.
      const tab = await page.getByRole('link', { name: 'Checkpoints', exact: true }).boundingBox();
      expect((tab?.x ?? 0) + (tab?.width ?? NARROW.width)).toBeLessThanOrEqual(NARROW.width);
      expect(await axeViolations(page)).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize(WIDE);
  });

  it('saves a checkpoint when asked, and the run goes on', async () => {
    const { page } = owner;
    // Steps take milliseconds: enough of them that the run is still going on when it is asked, and no checkpoint by itself.
    const id = await lab.createRun(projectId, {
      ...tinyConfig('long', 100_000),
      checkpoint: { everySteps: 100_000 },
      record: { completionsEverySteps: 1000 },
    });
    await page.goto(`${url}/runs/${id}?tab=checkpoints`);
    await page.getByText('No checkpoint yet').waitFor();
    await page.getByRole('button', { name: 'Checkpoint now' }).click({ timeout: 120_000 });
    await page.getByRole('link', { name: /^Fork from here, step / }).waitFor({ timeout: 60_000 });
    // The request is answered: it can be made again, and the run is not held up by it.
    await until('the button is free again', 30_000, () =>
      page.getByRole('button', { name: 'Checkpoint now' }).isEnabled(),
    );
    expect((await lab.status(id)).status).toBe('RUNNING');
    await lab.cancelRun(id);
  });
});
