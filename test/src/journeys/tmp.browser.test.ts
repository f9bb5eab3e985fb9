import { it, expect } from 'vitest';
import { openBrowser, newPerson, axeViolations, overflow } from './browser.ts';
it('opens', async () => {
  const b = await openBrowser();
  const p = await newPerson(b);
  await p.page.setContent('<html lang="en"><title>x</title><main><h1>hello</h1><img src="x"></main></html>');
  console.log(await axeViolations(p.page), await overflow(p.page), await p.page.evaluate(() => navigator.userAgent));
  await b.close();
});
