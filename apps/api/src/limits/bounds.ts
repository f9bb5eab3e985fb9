/** @file Bounds of one request. A request beyond a bound is refused with the bound in the message. */

export const LIMITS = {
  /** Characters of the query text (variables not counted). */
  queryChars: 100_000,
  /** Lexical tokens of the query text. */
  queryTokens: 10_000,
  /** Characters of one name in the query text. */
  nameChars: 200,
  operations: 20,
  fragments: 100,
  directives: 50,
  /** Fields of the operation's first level. */
  rootFields: 30,
  /** Nesting of selected fields, fragments expanded. */
  depth: 15,
  /** The same inside `__schema` and `__type`. */
  introspectionDepth: 25,
  /** Aliased fields, fragments expanded. */
  aliases: 60,
  /** Selected fields, fragments expanded. */
  fields: 1_000,
  /** Objects that the answer may hold if every page is full. */
  objects: 50_000,
  /** Items of one list in the variables, where the operation has no bound of its own. */
  listItems: 1_000,
  /** Nesting of lists and objects in the variables (JSON scalars included). */
  variableDepth: 40,
} as const;

const MIB = 1024 * 1024;

/** Bytes of a request body, by what the operation does. */
export const BODY_LIMITS = {
  plain: 1 * MIB,
  /** Prompt files: 16 MiB of text, which JSON may make longer by its escapes. */
  promptFile: 24 * MIB,
  /** Step records of trainers. */
  stepRecords: 32 * MIB,
} as const;

/** Root fields whose bodies may be larger than a plain one, and which may carry lists longer than `listItems`. */
export const BULKY_FIELDS: Readonly<Record<string, number>> = {
  recordSteps: BODY_LIMITS.stepRecords,
  previewPromptFile: BODY_LIMITS.promptFile,
  createPromptSet: BODY_LIMITS.promptFile,
  addPromptSetVersion: BODY_LIMITS.promptFile,
};
