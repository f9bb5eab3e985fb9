import type { Browser, Page } from 'playwright-core';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type House, signInLink, startHouse, workerKey } from '../house/house.ts';
import { Lab, tinyConfig } from '../house/runs.ts';
import { until } from '../house/until.ts';
import { askAs, chart, grownBeyond, markPage, signIn } from './actions.ts';
import { NARROW, type Person, axeViolations, newPerson, openBrowser, overflow } from './browser.ts';

const PROMPTS = [
  ['1+1=', '2'],
  ['1+2=', '3'],
  ['2+2=', '4'],
  ['3+1=', '4'],
] as const;

describe('a lab with two people', () => {
  let house: House;
  let url: string;
  let lab: Lab;
  let browser: Browser;
  let owner: Person;
  let reviewer: Person;
  let project: { id: string; slug: string };
  let runs: [first: string, second: string];

  beforeAll(async () => {
    house = await startHouse({ args: ['--no-demo'] });
    const page = await house.page();
    url = page.url;
    lab = new Lab(page.apiUrl, workerKey(house.data));
    project = await lab.createProject('Arithmetic');
    runs = [
      await lab.createRun(project.id, tinyConfig('first', 12, 1)),
      await lab.createRun(project.id, tinyConfig('second', 12, 2)),
    ];
    browser = await openBrowser();
    owner = await newPerson(browser);
    await signIn(owner.page, signInLink(house));
    reviewer = await newPerson(browser);
    await signIn(reviewer.page, await invite(owner.page, 'REVIEWER'), 'Grace');
    await house.workers();
    await lab.finished(runs[0]);
    await lab.finished(runs[1]);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  }, 120_000);

  it('launches a run from the form with an uploaded prompt set, and it trains', async () => {
    const { page } = owner;
    await page.goto(`${url}/p/${project.slug}/new`);
    const config = {
      ...tinyConfig('own prompts', 30),
      task: { kind: 'prompt_set', promptSetVersionId: 'not chosen yet' },
      rewards: [{ kind: 'exact_match', name: 'exact', weight: 1 }],
    };
    await page.getByLabel('YAML').fill(stringify(config));
    await page.getByLabel('Name', { exact: true }).first().waitFor();
    expect(await page.getByLabel('Name', { exact: true }).first().inputValue()).toBe('own prompts'); // the form follows the YAML

    await page.getByRole('button', { name: 'Upload prompts' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByLabel('Prompt file')
      .setInputFiles(promptFile('broken.jsonl', '{"prompt": "1+1="}\n{"prompt": 7}\n'));
    await dialog.getByText('Line 2').waitFor(); // a broken line is named, nothing is stored
    await dialog
      .getByLabel('Prompt file')
      .setInputFiles(
        promptFile(
          'sums.jsonl',
          PROMPTS.map(([prompt, answer]) => JSON.stringify({ prompt, answer })).join('\n'),
        ),
      );
    await dialog.getByText(/alphabet of/).waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('Small sums');
    await dialog.getByRole('button', { name: 'Create prompt set' }).click();
    await dialog.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: 'Launch run' }).click();
    await page.waitForURL('**/runs/run_*');
    await grownBeyond(page, 'Reward', 0);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await lab.finished(id);
    const group = page.getByRole('region', { name: 'Group 0' });
    await group.waitFor();
    const prompt = await group.getByRole('heading').first().innerText();
    expect(PROMPTS.map(([text]) => text)).toContain(prompt.trim());
  });

  it('compares two runs: one chart, two lines, the settings that differ', async () => {
    const { page } = owner;
    await page.goto(`${url}/p/${project.slug}`);
    for (const name of ['first', 'second']) {
      const box = page.getByLabel(`Select ${name}`, { exact: true });
      await box.click();
      await until(`${name} is chosen`, 30_000, () => box.isChecked()); // the choice goes through the address
    }
    await page.getByRole('toolbar', { name: 'Chosen runs' }).getByRole('link', { name: 'Compare' }).click();
    await page.waitForURL('**/compare?runs=*');
    const compared = page.getByRole('list', { name: 'Runs compared' }).getByRole('link');
    await until('both runs are named', 30_000, async () => (await compared.count()) === 2);
    const reward = chart(page, 'Reward');
    await reward.waitFor();
    const label = await until('both lines are drawn', 30_000, async () => {
      const text = await reward.getAttribute('aria-label');
      return text !== null && /first: .*second: |second: .*first: /.test(text) && text;
    });
    expect(label).toBeTruthy();
    const settings = page.getByRole('region', { name: 'Configurations' });
    expect(await settings.getByRole('rowheader').allInnerTexts()).toEqual(['seed']); // all that differs between the two
  });

  it('lets two people judge the same completions; each sees the other only after an own verdict, then at once', async () => {
    const [run] = runs;
    const group = await firstGroup(owner.page, run);
    const queue = `${url}/review/${run}?from=${group.step}&to=${group.step}&group=0`;
    await owner.page.goto(queue);
    for (const _ of group.ids) {
      await owner.page.getByRole('button', { name: 'Good' }).waitFor();
      await owner.page.keyboard.press('g');
      await owner.page.getByRole('region', { name: 'What others say' }).waitFor();
      await owner.page.keyboard.press('Enter');
    }
    await owner.page.getByText('You have judged them all').waitFor();

    const others = reviewer.page.getByRole('region', { name: 'What others say' });
    await reviewer.page.goto(queue);
    await reviewer.page.getByRole('button', { name: 'Bad' }).waitFor();
    expect(await reviewer.page.getByText('Good', { exact: true }).count()).toBe(1); // the button alone, not the owner's verdict
    await reviewer.page.keyboard.press('b');
    await others.getByRole('list', { name: 'Verdicts' }).getByText('Good').waitFor();

    // The owner looks at one that the reviewer has not judged yet, and sees the verdict and the comment arrive.
    const judged = await judgedByMe(reviewer.page, run);
    const unjudged = group.ids.find((id) => !judged.includes(id));
    await owner.page.goto(`${url}/runs/${run}?tab=completions&step=${group.step}&c=${unjudged ?? ''}`);
    const seen = owner.page.getByRole('region', { name: 'Verdicts' });
    await seen.getByRole('list', { name: 'Verdicts' }).waitFor();
    expect(await seen.getByText('Grace').count()).toBe(0);
    const notReloaded = await markPage(owner.page);
    for (const _ of group.ids.slice(1)) {
      await reviewer.page.keyboard.press('Enter');
      await others.waitFor({ state: 'hidden' });
      await reviewer.page.getByRole('button', { name: 'Unsure' }).waitFor();
      await reviewer.page.keyboard.press('u');
      await others.waitFor();
      await others.getByRole('textbox', { name: 'Comment' }).fill('Is the order right?');
      await others.getByRole('textbox', { name: 'Comment' }).press('Control+Enter');
      await others.getByText('Is the order right?').waitFor();
      await reviewer.page.locator('body').click({ position: { x: 1, y: 1 } }); // out of the text field, so that keys judge again
    }
    await seen.getByText('Grace').waitFor();
    await seen.getByText('Unsure').first().waitFor();
    await owner.page.getByRole('region', { name: 'Comments' }).getByText('Is the order right?').waitFor();
    expect(await notReloaded()).toBe(true);
  });

  it('is dark when asked to be, and stays so after a reload', async () => {
    const { page } = owner;
    await page.goto(`${url}/projects`);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole('button', { name: /Account and theme/ }).click();
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    const dark = await until('the page is dark', 10_000, async () => {
      const now = await background();
      return brightness(now) < brightness(light) && now;
    });
    await page.reload();
    expect(await background()).toBe(dark);
    await page.getByRole('button', { name: /Account and theme/ }).click();
    await page.getByRole('menuitem', { name: 'As the system' }).click(); // the tests below ask the system
    await until('the choice is taken back', 10_000, async () => (await background()) === light);
  });

  /** Every page there is, with real data on it. */
  const pages = (): Record<string, string> => ({
    projects: '/projects',
    runs: `/p/${project.slug}`,
    'new run': `/p/${project.slug}/new`,
    'prompt sets': `/p/${project.slug}/prompts`,
    'run overview': `/runs/${runs[0]}`,
    'run charts': `/runs/${runs[0]}?tab=charts`,
    'run completions': `/runs/${runs[0]}?tab=completions`,
    'run config': `/runs/${runs[0]}?tab=config`,
    'run checkpoints': `/runs/${runs[0]}?tab=checkpoints`,
    'run logs': `/runs/${runs[0]}?tab=logs`,
    'run comments': `/runs/${runs[0]}?tab=comments`,
    compare: `/compare?runs=${runs.join(',')}`,
    'review index': '/review',
    review: `/review/${runs[0]}`,
    workers: '/workers',
    profile: '/settings/profile',
    members: '/settings/members',
    keys: '/settings/keys',
    invites: '/settings/invites',
    graphiql: '/graphiql',
    'not found': '/there-is-no-such-page',
  });

  it('axe finds no violation on any page, light or dark', async () => {
    const signedOut = await newPerson(browser);
    const found = new Map<string, string[]>();
    for (const [name, path] of [...Object.entries(pages()), ['sign-in', '/sign-in'] as const]) {
      const { page } = name === 'sign-in' ? signedOut : owner;
      await settle(page, `${url}${path}`);
      for (const colorScheme of ['light', 'dark'] as const) {
        await switchScheme(page, colorScheme);
        for (const violation of await axeViolations(page))
          found.set(violation, [...(found.get(violation) ?? []), `${name} (${colorScheme})`]);
      }
    }
    await signedOut.context.close();
    await owner.page.emulateMedia({ colorScheme: null });
    expect([...found].map(([violation, where]) => `${where.join(', ')}: ${violation}`)).toEqual([]);
  }, 900_000);

  it('fits a narrow screen: no page scrolls sideways', async () => {
    const { page, context } = await signedInAs(owner, { viewport: NARROW, hasTouch: true });
    const wider: string[] = [];
    for (const [name, path] of Object.entries(pages())) {
      await settle(page, `${url}${path}`);
      const pixels = await overflow(page);
      if (pixels > 0) wider.push(`${name}: ${pixels} px`);
    }
    await context.close();
    expect(wider).toEqual([]);
  }, 600_000);

  it('breaks nothing while one walks through every page', async () => {
    owner.problems();
    for (const path of Object.values(pages()).filter((each) => !each.includes('no-such')))
      await settle(owner.page, `${url}${path}`);
    expect(owner.problems()).toEqual([]);
  }, 600_000);

  /** The same person on another screen. */
  async function signedInAs(person: Person, options: Parameters<typeof newPerson>[1]): Promise<Person> {
    const other = await newPerson(browser, options);
    await other.context.addCookies(
      (await person.context.cookies()).filter((cookie) => cookie.name === 'nabla_session'),
    );
    return other;
  }
});

/** Opens a page and waits until it shows what it is about, not its skeleton. */
async function settle(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('h1').first().waitFor();
  await page
    .getByText(/^Loading/)
    .first()
    .waitFor({ state: 'hidden' });
}

/** As when the system changes; resolves when colours have stopped fading over. */
async function switchScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(async () => {
    await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((each) => each instanceof CSSTransition)
        .map((each) => each.finished),
    );
  });
}

/** Makes an invitation as the person on the page. @returns the link */
async function invite(page: Page, role: 'REVIEWER' | 'VIEWER'): Promise<string> {
  const shape = z.object({ data: z.object({ createInvite: z.object({ url: z.string() }) }) });
  const answer = await askAs(
    page,
    'mutation ($input: CreateInviteInput!) { createInvite(input: $input) { url errors { message } } }',
    { input: { role } },
  );
  return shape.parse(answer).data.createInvite.url;
}

const completionsShape = z.object({
  data: z.object({
    run: z.object({
      completions: z.object({ nodes: z.array(z.object({ id: z.string(), step: z.number() })) }),
    }),
  }),
});

async function completionIds(
  page: Page,
  run: string,
  filter: object,
): Promise<{ id: string; step: number }[]> {
  const query =
    'query ($id: ID!, $filter: CompletionFilter) { run(id: $id) { completions(first: 50, filter: $filter) { nodes { id step } } } }';
  return completionsShape.parse(await askAs(page, query, { id: run, filter })).data.run.completions.nodes;
}

/** The completions that share the first prompt of some step. */
async function firstGroup(page: Page, run: string): Promise<{ step: number; ids: string[] }> {
  const [first] = await completionIds(page, run, { group: 0 });
  if (!first) throw new Error(`run ${run} has no completions`);
  const { step } = first;
  return {
    step,
    ids: (await completionIds(page, run, { group: 0, step: { gte: step, lte: step } })).map(({ id }) => id),
  };
}

const judgedByMe = async (page: Page, run: string): Promise<string[]> =>
  (await completionIds(page, run, { judgedByMe: true })).map(({ id }) => id);

const promptFile = (name: string, text: string) => ({
  name,
  mimeType: 'application/x-ndjson',
  buffer: Buffer.from(text),
});

/** Sum of the three channels of a CSS colour. */
function brightness(color: string): number {
  return [...color.matchAll(/[\d.]+/g)].slice(0, 3).reduce((sum, [channel]) => sum + Number(channel), 0);
}
