/** @file Where the table of measured biases stands in the documentation. */
export const ESTIMATORS_DOCUMENT = new URL('../../../../docs/estimators.md', import.meta.url);

const BEGIN = '<!-- bias table: written by packages/trainer/src/proofs/printBiasTable.ts -->';
const END = '<!-- end of bias table -->';

/** The document with the table between its marks. @throws Error if the marks are gone. */
export function withTable(document: string, table: string): string {
  const [start, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`docs/estimators.md lacks the marks ${BEGIN} and ${END}`);
  return `${document.slice(0, start + BEGIN.length)}\n\n${table}\n\n${document.slice(end)}`;
}
