/** @file The form as data: what the run configuration's zod schema asks for, as a tree of fields. */
import { runConfigSchema } from '@nabla/domain';
import { z } from 'zod';

interface Common {
  readonly description: string;
  /** The value in force when nothing is written; undefined when there is none. */
  readonly fallback: unknown;
  readonly required: boolean;
}
export type FormNode =
  | (Common & {
      readonly type: 'object';
      readonly members: ReadonlyArray<FormMember>;
      /** May be left out as a whole: a part that is on or off. */
      readonly optional: boolean;
    })
  /** A discriminated union over `kind`. The members of an option leave `kind` out. */
  | (Common & { readonly type: 'union'; readonly options: ReadonlyArray<UnionOption> })
  | (Common & { readonly type: 'enum'; readonly values: ReadonlyArray<string> })
  | (Common & {
      readonly type: 'number';
      readonly integer: boolean;
      readonly nullable: boolean;
      readonly range: string;
    })
  | (Common & { readonly type: 'boolean' })
  | (Common & { readonly type: 'text'; readonly maxLength: number | undefined })
  | (Common & {
      readonly type: 'list';
      readonly item: FormNode;
      readonly minItems: number;
      readonly maxItems: number;
    })
  /** Some of a few words. */
  | (Common & { readonly type: 'choices'; readonly values: ReadonlyArray<string> })
  /** Numbers in a row. */
  | (Common & { readonly type: 'numbers'; readonly maxItems: number })
  /** A lower and an upper bound, or none. */
  | (Common & { readonly type: 'bounds' })
  /** Any JSON object. */
  | (Common & { readonly type: 'json' })
  /** Has one possible value: nothing to choose. */
  | (Common & { readonly type: 'constant' });
export interface FormMember {
  readonly key: string;
  readonly node: FormNode;
}
export interface UnionOption {
  readonly kind: string;
  readonly description: string;
  readonly members: ReadonlyArray<FormMember>;
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.string()).optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    oneOf: z.array(jsonSchema).optional(),
    anyOf: z.array(jsonSchema).optional(),
    // False closes a tuple.
    items: z.union([jsonSchema, z.literal(false)]).optional(),
    prefixItems: z.array(jsonSchema).optional(),
    additionalProperties: z.unknown().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
  }),
);
interface JsonSchema {
  type?: string | undefined;
  description?: string | undefined;
  default?: unknown;
  const?: unknown;
  enum?: string[] | undefined;
  properties?: Record<string, JsonSchema> | undefined;
  required?: string[] | undefined;
  oneOf?: JsonSchema[] | undefined;
  anyOf?: JsonSchema[] | undefined;
  items?: JsonSchema | false | undefined;
  prefixItems?: JsonSchema[] | undefined;
  additionalProperties?: unknown;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
}

/** The form of a run configuration. Throws when the schema holds something that no field here can edit. */
export function runConfigForm(): FormNode {
  return toNode(
    jsonSchema.parse(z.toJSONSchema(runConfigSchema, { io: 'input', unrepresentable: 'any' })),
    true,
    'config',
  );
}

/** The node at a path of keys; undefined where the path leads into a union or past the end. */
export function memberOf(node: FormNode, key: string): FormNode | undefined {
  return node.type === 'object' ? node.members.find((member) => member.key === key)?.node : undefined;
}

function toNode(schema: JsonSchema, required: boolean, where: string): FormNode {
  const common: Common = { description: schema.description ?? '', fallback: schema.default, required };
  if (schema.const !== undefined) return { ...common, type: 'constant' };
  if (schema.oneOf)
    return {
      ...common,
      type: 'union',
      options: schema.oneOf.map((option, index) => toOption(option, `${where}[${index}]`)),
    };
  if (schema.anyOf) return nullable(schema.anyOf, common, where);
  if (schema.enum) return { ...common, type: 'enum', values: schema.enum };
  switch (schema.type) {
    case 'object':
      if (schema.properties === undefined && schema.additionalProperties !== undefined)
        return { ...common, type: 'json' };
      return {
        ...common,
        type: 'object',
        members: toMembers(schema, where),
        optional: !required && schema.default === undefined,
      };
    case 'array':
      if (schema.prefixItems?.length === 2 && schema.prefixItems.every(isNumber))
        return { ...common, type: 'bounds' };
      if (!schema.items) break;
      return toList(schema.items, schema, common, where);
    case 'integer':
    case 'number':
      return {
        ...common,
        type: 'number',
        integer: schema.type === 'integer',
        nullable: false,
        range: rangeText(schema),
      };
    case 'boolean':
      return { ...common, type: 'boolean' };
    case 'string':
      return { ...common, type: 'text', maxLength: schema.maxLength };
    default:
  }
  throw new Error(`the form has no field for ${where} (${JSON.stringify(schema).slice(0, 120)})`);
}

function toList(items: JsonSchema, schema: JsonSchema, common: Common, where: string): FormNode {
  const maxItems = schema.maxItems ?? Number.POSITIVE_INFINITY;
  if (items.enum) return { ...common, type: 'choices', values: items.enum };
  if (isNumber(items)) return { ...common, type: 'numbers', maxItems };
  return {
    ...common,
    type: 'list',
    item: toNode(items, true, `${where}[]`),
    minItems: schema.minItems ?? 0,
    maxItems,
  };
}

function isNumber({ type }: JsonSchema): boolean {
  return type === 'number' || type === 'integer';
}

/** Something or null: a number, bounds, or a part that is on or off. */
function nullable(options: ReadonlyArray<JsonSchema>, common: Common, where: string): FormNode {
  const [value, ...rest] = options.filter((option) => option.type !== 'null');
  const node =
    value && rest.length === 0 && options.length === 2 ? toNode(value, common.required, where) : undefined;
  switch (node?.type) {
    case 'number':
      return { ...node, ...common, nullable: true };
    case 'bounds':
      return { ...node, ...common };
    case 'object':
      return { ...node, ...common, optional: true };
    default:
      throw new Error(`the form has no field for the alternatives of ${where}`);
  }
}

function toOption(schema: JsonSchema, where: string): UnionOption {
  const kind = schema.properties?.['kind']?.const;
  if (typeof kind !== 'string') throw new Error(`${where}: an alternative without a "kind"`);
  return {
    kind,
    description: schema.description ?? '',
    members: toMembers(schema, where).filter((member) => member.key !== 'kind'),
  };
}

function toMembers(schema: JsonSchema, where: string): FormMember[] {
  return Object.entries(schema.properties ?? {}).map(([key, member]) => ({
    key,
    node: toNode(member, schema.required?.includes(key) === true, `${where}.${key}`),
  }));
}

/** Bounds from here on are there to refuse the absurd; a person needs not read them. */
const UNREMARKABLE = 1_000_000;

/** "1–48", "more than 0, at most 1" */
function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  if ((maximum !== undefined && maximum >= UNREMARKABLE) || (minimum !== undefined && minimum < 0)) return '';
  const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 12 });
  if (minimum !== undefined && maximum !== undefined) return `${number(minimum)}–${number(maximum)}`;
  const low =
    exclusiveMinimum !== undefined
      ? `more than ${number(exclusiveMinimum)}`
      : minimum !== undefined
        ? `at least ${number(minimum)}`
        : '';
  const high =
    exclusiveMaximum !== undefined
      ? `less than ${number(exclusiveMaximum)}`
      : maximum !== undefined
        ? `at most ${number(maximum)}`
        : '';
  return [low, high].filter((part) => part !== '').join(', ');
}
