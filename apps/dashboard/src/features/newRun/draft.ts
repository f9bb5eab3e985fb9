/** @file The draft of a configuration: YAML text is the one truth, the form reads and edits it. */
import { BOUNDS, type ConfigError, type RunConfig, expandShorthand, parseRunConfig } from '@nabla/domain';
import { Document, LineCounter, isCollection, isMap, isNode, parseDocument } from 'yaml';
import { plainMessage } from './plainMessage.ts';

export type Path = ReadonlyArray<string | number>;
export interface DraftError extends ConfigError {
  /** 1-based place in the text; undefined where the text has nothing at the path. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}
export interface Draft {
  readonly text: string;
  /** What is written, shorthand spelled out, without defaults. Undefined when the text is not YAML. */
  readonly value: unknown;
  /** The same as it stands, shorthand and all. */
  readonly written: unknown;
  /** The configuration with all defaults; undefined while there are errors. */
  readonly config: RunConfig | undefined;
  readonly errors: ReadonlyArray<DraftError>;
  /** The text is YAML of an object, so the form can edit it. */
  readonly editable: boolean;
}

/** Reads a text. Never throws: what is wrong is in `errors`, with line and column. */
export function readDraft(text: string): Draft {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (document.errors.length > 0) {
    const errors = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { path: [], message: firstSentence(error.message), line, column: col };
    });
    return { text, value: undefined, written: undefined, config: undefined, errors, editable: false };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that multiply beyond the bound.
    const message = error instanceof Error ? error.message : String(error);
    return {
      text,
      value: undefined,
      written: undefined,
      config: undefined,
      errors: [{ path: [], message, line: 1, column: 1 }],
      editable: false,
    };
  }
  const result = parseRunConfig(value ?? {});
  const errors = result.ok
    ? []
    : onePerPath(
        result.errors.map((error) => ({
          ...error,
          message: plainMessage(error.message),
          ...locate(document, lines, error.path),
        })),
      );
  return {
    text,
    value: expandShorthand(value ?? {}).value,
    written: value ?? {},
    config: result.ok ? result.config : undefined,
    errors,
    editable: value === null || value === undefined || isMap(document.contents),
  };
}

/**
 * The text with one value set, or taken out when `value` is undefined. Comments and the order of the rest stay.
 * Objects that become empty by taking out are taken out too.
 */
export function editDraft(text: string, path: Path, value: unknown): string {
  const document: Document = parseDocument(text);
  if (!isMap(document.contents)) document.contents = document.createNode({});
  if (value === undefined) {
    document.deleteIn(path);
    for (let length = path.length - 1; length > 0; length -= 1) {
      const parent = document.getIn(path.slice(0, length), true);
      if (!isMap(parent) || parent.items.length > 0 || STAYS_EMPTY.has(String(path[length - 1]))) break;
      document.deleteIn(path.slice(0, length));
    }
  } else {
    // Something else may stand where the path needs an object (a number written by hand).
    for (let length = 1; length < path.length; length += 1) {
      const prefix = path.slice(0, length);
      const parent = document.getIn(prefix, true);
      if (parent !== undefined && !isCollection(parent)) document.setIn(prefix, document.createNode({}));
    }
    document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 100 });
}

/** Parts that are on by being there, even empty. */
const STAYS_EMPTY: ReadonlySet<string> = new Set([
  'lora',
  'dynamicSampling',
  'adaptive',
  'evaluation',
  'warmup',
]);

/** The text without a tokenizer that the model of now does not take. */
export function alignTokenizer(text: string, value: unknown): string {
  const kind = valueAt(value, ['tokenizer', 'kind']);
  if (kind === undefined) return text;
  const ownTokenizer = valueAt(value, ['model', 'kind']) === 'hugging_face';
  return (kind === 'model') === ownTokenizer ? text : editDraft(text, ['tokenizer'], undefined);
}

/** A fresh text for a configuration. */
export function draftText(config: unknown): string {
  return new Document(config).toString({ lineWidth: 100 });
}

/**
 * The text for a clone of a run: its configuration in the schema's order (the database keeps no order of keys), under
 * the name "… (copy)". One that the schema no longer takes stays as it is, so that the form can show what is wrong.
 */
export function cloneText(config: unknown, name: string): string {
  const suffix = ' (copy)';
  return namedText(config, name.slice(0, BOUNDS.maxNameChars - suffix.length).trimEnd() + suffix);
}

/** The text of a stored configuration under another name. */
export function namedText(config: unknown, name: string): string {
  const parsed = parseRunConfig(config);
  return editDraft(draftText(parsed.ok ? parsed.config : config), ['name'], name);
}

/** The value at a path; undefined where nothing is. */
export function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (typeof at === 'object' && at !== null)
      at = Object.entries(at).find(([name]) => name === String(key))?.[1];
    else return undefined;
  }
  return at;
}

/** A written value as text: scalars as they are, the rest as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The first error of every path: what else is wrong with a value mostly follows from it. */
export function onePerPath(errors: ReadonlyArray<DraftError>): ReadonlyArray<DraftError> {
  return errors.filter(
    (error, index) => errors.findIndex((other) => samePath(other.path, error.path)) === index,
  );
}

/** The errors with this message at the path in the place of what stood there; the same list when that changes nothing. */
export function withError(
  errors: ReadonlyArray<DraftError>,
  path: Path,
  message: string | null,
): ReadonlyArray<DraftError> {
  const [present = null] = errorsAt(errors, path);
  if (present === message) return errors;
  const others = errors.filter((error) => !samePath(error.path, path));
  return message === null
    ? others
    : [...others, { path: path.map(String), message, line: undefined, column: undefined }];
}

/** Errors at the path itself. */
export function errorsAt(errors: ReadonlyArray<DraftError>, path: Path): ReadonlyArray<string> {
  return errors.filter((error) => samePath(error.path, path)).map((error) => error.message);
}

/** Errors at the path or anywhere below it. */
export function errorsWithin(errors: ReadonlyArray<DraftError>, path: Path): ReadonlyArray<DraftError> {
  return errors.filter((error) => samePath(error.path.slice(0, path.length), path));
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, index) => String(key) === String(b[index]));
}

/** The place of a path in the text, or of the nearest object around it that is written. */
function locate(
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  path: ReadonlyArray<string>,
): { line: number | undefined; column: number | undefined } {
  for (let length = path.length; length > 0; length -= 1) {
    const keys = path.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: undefined, column: undefined };
}

function firstSentence(message: string): string {
  return message.split('\n')[0] ?? message;
}
