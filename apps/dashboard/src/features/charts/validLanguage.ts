/**
 * @file Imported before uPlot, which hands `navigator.language` to Intl while it is being loaded. Chromium under a C or POSIX
 * locale (containers, test machines) reports "en-US@posix", which Intl refuses, and the whole page would fail.
 */

/** Whether the browser's language had to be replaced. */
export const languageRepaired = repairLanguage();

function repairLanguage(): boolean {
  if (typeof navigator === 'undefined' || isLanguageTag(navigator.language)) return false;
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
  return true;
}

function isLanguageTag(text: string): boolean {
  try {
    Intl.getCanonicalLocales(text);
    return true;
  } catch {
    // A RangeError is Intl's way of saying no.
    return false;
  }
}
