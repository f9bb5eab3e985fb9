/**
 * @file How much a query asks for, with its fragments expanded, in time linear in the query's text: every fragment is
 * measured once, however often it is spread, so a bomb of nested fragments costs nothing to recognise.
 */
import {
  type ConstValueNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../relay/page.ts';

export interface Measure {
  /** Levels of selected fields below this one. */
  depth: number;
  /** The deepest level reached outside `__schema` and `__type`. */
  plainDepth: number;
  fields: number;
  aliases: number;
  /** Objects in the answer if every page is full. */
  objects: number;
  /** True when one of the fields of the first level is `edges` or `nodes`: the selection is of a connection. */
  ofConnection: boolean;
  /** True when `__schema` or `__type` is selected somewhere. */
  introspects: boolean;
  /** Fields of the first level, each time they are selected, and their names. */
  roots: number;
  names: Set<string>;
}

/** Where the values of variables come from: the request, else the operation's defaults (null: declared without one). */
interface Values {
  given: Readonly<Record<string, unknown>>;
  defaults: ReadonlyMap<string, ConstValueNode | null>;
}

/** Thrown when fragments spread each other in a circle. */
export class FragmentCycle extends Error {
  readonly fragment: string;
  constructor(fragment: string) {
    super(`the fragment ${fragment} spreads itself`);
    this.fragment = fragment;
  }
}

/** @throws FragmentCycle */
export function measureOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Measure {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  const measured = new Map<string, Measure | 'measuring'>();
  const values: Values = {
    given: variables,
    defaults: new Map(
      (operation.variableDefinitions ?? []).map((one) => [one.variable.name.value, one.defaultValue ?? null]),
    ),
  };

  const measureFragment = (name: string): Measure => {
    const known = measured.get(name);
    if (known === 'measuring') throw new FragmentCycle(name);
    if (known !== undefined) return known;
    const selection = fragments.get(name);
    // An unknown fragment is the validator's to report.
    if (selection === undefined) return empty();
    measured.set(name, 'measuring');
    const result = measureSelection(selection);
    measured.set(name, result);
    return result;
  };

  const measureField = (field: FieldNode, into: Measure): void => {
    const name = field.name.value;
    const inner = field.selectionSet === undefined ? empty() : measureSelection(field.selectionSet);
    const introspection = name === '__schema' || name === '__type';
    into.roots += 1;
    into.names.add(name);
    into.fields += 1 + inner.fields;
    into.aliases += (field.alias === undefined ? 0 : 1) + inner.aliases;
    into.depth = Math.max(into.depth, 1 + inner.depth);
    into.plainDepth = Math.max(into.plainDepth, introspection ? 1 : 1 + inner.plainDepth);
    into.introspects ||= introspection || inner.introspects;
    into.ofConnection ||= name === 'edges' || name === 'nodes';
    if (field.selectionSet !== undefined)
      into.objects += pageSize(field, inner, values) * (1 + inner.objects);
  };

  const measureSelection = (selection: SelectionSetNode): Measure => {
    const total = empty();
    for (const node of selection.selections) {
      if (node.kind === Kind.FIELD) measureField(node, total);
      else if (node.kind === Kind.INLINE_FRAGMENT) add(total, measureSelection(node.selectionSet));
      else add(total, measureFragment(node.name.value));
    }
    return total;
  };

  return measureSelection(operation.selectionSet);
}

function empty(): Measure {
  return {
    depth: 0,
    plainDepth: 0,
    fields: 0,
    aliases: 0,
    objects: 0,
    ofConnection: false,
    introspects: false,
    roots: 0,
    names: new Set(),
  };
}

function add(total: Measure, part: Measure): void {
  total.depth = Math.max(total.depth, part.depth);
  total.plainDepth = Math.max(total.plainDepth, part.plainDepth);
  total.roots += part.roots;
  total.fields += part.fields;
  total.aliases += part.aliases;
  total.objects += part.objects;
  total.ofConnection ||= part.ofConnection;
  total.introspects ||= part.introspects;
  for (const name of part.names) total.names.add(name);
}

function pageSize(field: FieldNode, inner: Measure, values: Values): number {
  for (const argument of field.arguments ?? []) {
    if (['first', 'last', 'limit'].includes(argument.name.value)) {
      const value = numberOf(argument.value, values);
      if (value !== null) return Math.max(1, value);
    }
  }
  return inner.ofConnection ? DEFAULT_PAGE_SIZE : 1;
}

/** The number that an argument will have; null when it will be absent or null, so that the field's own default holds. */
function numberOf(value: ValueNode, values: Values): number | null {
  if (value.kind === Kind.INT) return Number(value.value);
  if (value.kind !== Kind.VARIABLE) return null;
  const name = value.name.value;
  const given = values.given[name];
  if (typeof given === 'number') return given;
  if (given === null) return null;
  const byDefault = values.defaults.get(name);
  if (given === undefined && byDefault === null) return null;
  if (given === undefined && byDefault?.kind === Kind.INT) return Number(byDefault.value);
  if (given === undefined && byDefault?.kind === Kind.NULL) return null;
  // Not declared, or of another type: what the validator makes of it is not known here.
  return MAX_PAGE_SIZE;
}
