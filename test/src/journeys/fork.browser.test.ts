import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, signInLink, startHouse, workerKey } from '../house/house.ts';
import { Lab, tinyConfig } from '../house/runs.ts';
import { until } from '../house/until.ts';
import { signIn } from './actions.ts';
import { NARROW, type Person, axeViolations, newPerson, openBrowser, overflow } from './browser.ts';

describe('evaluation and forks', () => {
  let house: House;
  let url: string;
  let lab: Lab;
  let browser: Browser;
  let owner: Person;
  let slug: string;
  let projectId: string;
  let parent: string;

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
    await group.getByRole('button').first().click();
    await page.getByText('Drawn for the evaluation set held_out').waitFor();
    // Training has completions of its own.
    await page.getByRole('radio', { name: 'Training' }).click();
    await page.waitForURL((address) => !address.search.includes('set='));
    await page
      .getByRole('region', { name: /^Group / })
      .first()
      .waitFor();
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
    const fork = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(fork).not.toBe(parent);
    await page.getByText(/forked from #1 parent at step 10/).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await lab.finished(fork);

    await page.goto(`${url}/runs/${parent}`);
    await page.getByText('fork: #2').waitFor();
    await page.setViewportSize(NARROW);
    expect(await overflow(page)).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${url}/p/${slug}`);
    await page.getByTitle('Forked from #1 parent at step 10').waitFor();
    await page.goto(`${url}/runs/${fork}?tab=config`);
    await page.getByText('Forked from').first().waitFor();
    await page.goto(`${url}/compare?runs=${parent},${fork}`);
    await page.getByText(/fork of #1 at 10/).waitFor();
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
