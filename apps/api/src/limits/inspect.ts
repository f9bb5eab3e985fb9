/** @file The check every query passes before it is validated or executed, over HTTP and over WebSocket alike. */
import { type DocumentNode, getOperationAST, GraphQLError, Kind, parse, visit } from 'graphql';
import { requestError } from '../errors.ts';
import { BODY_LIMITS, BULKY_FIELDS, LIMITS } from './bounds.ts';
import { FragmentCycle, type Measure, measureOperation } from './measure.ts';

export interface InspectedRequest {
  query: string;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** Size of the request's body. */
  bytes: number;
  signedIn: boolean;
}

/**
 * @returns the parsed document.
 * @throws GraphQLError with code LIMIT_EXCEEDED (the bound in the message), or a syntax error.
 */
export function inspectRequest(request: InspectedRequest): DocumentNode {
  const document = parseBounded(request.query);
  const operation = getOperationAST(document, request.operationName);
  // Which operation to run is not clear: the executor says so, after the same checks on the first one.
  const measured = operation ?? document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const variables = request.variables ?? {};
  let measure: Measure;
  try {
    if (measured === undefined) throw requestError('INVALID_INPUT', 'The query has no operation.');
    measure = measureOperation(document, measured, variables);
  } catch (error) {
    if (!(error instanceof FragmentCycle)) throw error;
    throw requestError('LIMIT_EXCEEDED', `The query cannot be expanded: ${error.message}.`);
  }
  checkMeasure(measure);
  if (measure.introspects && !request.signedIn) {
    throw requestError('UNAUTHENTICATED', 'The schema can be read by those who signed in.');
  }
  const bulky = bulkyLimit(measure);
  checkBody(request.bytes, bulky);
  checkVariables(variables, bulky !== null);
  return document;
}

const documents = new Map<string, DocumentNode>();

/** Clients send the same few texts again and again: the last ones stay parsed. */
function parseBounded(query: string): DocumentNode {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const document = parseChecked(query);
  if (query.length < 20_000) {
    if (documents.size >= 300) documents.delete(documents.keys().next().value ?? '');
    documents.set(query, document);
  }
  return document;
}

function parseChecked(query: string): DocumentNode {
  atMost(query.length, LIMITS.queryChars, 'characters of query text');
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: LIMITS.queryTokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes('Document contains more')) {
      throw requestError(
        'LIMIT_EXCEEDED',
        `The query has more than ${LIMITS.queryTokens} tokens, the bound.`,
      );
    }
    throw error;
  }
  let directives = 0;
  let longestName = 0;
  visit(document, {
    Directive: () => void (directives += 1),
    Name: (node) => void (longestName = Math.max(longestName, node.value.length)),
  });
  const count = (kind: Kind) => document.definitions.filter((node) => node.kind === kind).length;
  atMost(count(Kind.OPERATION_DEFINITION), LIMITS.operations, 'operations');
  atMost(count(Kind.FRAGMENT_DEFINITION), LIMITS.fragments, 'fragments');
  atMost(directives, LIMITS.directives, 'directives');
  atMost(longestName, LIMITS.nameChars, 'characters in one name');
  return document;
}

function checkMeasure(measure: Measure): void {
  atMost(measure.roots, LIMITS.rootFields, 'fields on the first level');
  atMost(measure.plainDepth, LIMITS.depth, 'levels of nested fields');
  atMost(measure.depth, LIMITS.introspectionDepth, 'levels of nested fields');
  atMost(measure.aliases, LIMITS.aliases, 'aliases, fragments expanded');
  atMost(measure.fields, LIMITS.fields, 'selected fields, fragments expanded');
  atMost(measure.objects, LIMITS.objects, 'objects in the answer if every page were full');
}

/** The larger bound when everything that the operation does is bulky, else null. */
function bulkyLimit(measure: Measure): number | null {
  const limits = [...measure.names].filter((name) => name !== '__typename').map((name) => BULKY_FIELDS[name]);
  if (limits.length === 0 || limits.includes(undefined)) return null;
  return Math.min(...limits.filter((limit) => limit !== undefined));
}

function checkBody(bytes: number, bulky: number | null): void {
  const limit = bulky ?? BODY_LIMITS.plain;
  if (bytes > limit) {
    throw requestError('TOO_LARGE', `The body has ${bytes} bytes; the bound for this operation is ${limit}.`);
  }
}

function checkVariables(value: unknown, bulky: boolean, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  atMost(depth, LIMITS.variableDepth, 'levels of nesting in the variables');
  // Bulky operations bound their own lists, after they know which.
  if (Array.isArray(value)) {
    if (!bulky) atMost(value.length, LIMITS.listItems, 'items in one list of the variables');
    // A column of numbers has nothing below it; looking at the ends tells without walking a million items.
    if (bulky && typeof value[0] !== 'object' && typeof value.at(-1) !== 'object') return;
    for (const item of value) checkVariables(item, bulky, depth + 1);
    return;
  }
  for (const item of Object.values(value)) checkVariables(item, bulky, depth + 1);
}

function atMost(value: number, bound: number, what: string): void {
  if (value > bound) {
    const size = Number.isFinite(value) ? value.toLocaleString('en') : 'more than can be counted';
    throw requestError(
      'LIMIT_EXCEEDED',
      `The request asks for too much: ${size} ${what}; the bound is ${bound.toLocaleString('en')}.`,
    );
  }
}
