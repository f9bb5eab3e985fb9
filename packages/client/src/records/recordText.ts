/** @file A step record as the JSON text that lies in a spool and travels to the API: written once, not read again on its way. */
import type { StepRecordInput } from '../generated/operations.ts';

/** Room for the beginning of a text with the largest sequence number there can be. */
const BEGINNING_BYTES = 64;

/** The fields of a record but for its sequence number, as JSON without the braces around them. */
export type RecordFields = string;

/** The sequence number comes first, where `sequenceOf` finds it. */
export function recordText(sequence: number, fields: RecordFields): Uint8Array<ArrayBuffer> {
  return Buffer.from(`{"sequence":${sequence},${fields}}`);
}

export function textOfRecord({ sequence, ...fields }: StepRecordInput): Uint8Array<ArrayBuffer> {
  return recordText(sequence, JSON.stringify(fields).slice(1, -1));
}

/** The number of a record; spools of earlier versions have it elsewhere in the text. */
export function sequenceOf(text: Uint8Array): number {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const found = /^\{"sequence":(\d+)[,}]/.exec(bytes.toString('latin1', 0, BEGINNING_BYTES))?.[1];
  return found === undefined ? readSequence(bytes.toString('utf8')) : Number(found);
}

/** A GraphQL variable `input` with these records beside its other fields, and the operation, as the body of a request. */
export function bodyOfRecords(
  query: string,
  input: Readonly<Record<string, string>>,
  texts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const fields = JSON.stringify({ ...input, records: [] }).slice(0, -']}'.length);
  const parts: Uint8Array[] = [
    Buffer.from(`{"query":${JSON.stringify(query)},"variables":{"input":${fields}`),
  ];
  for (const [index, text] of texts.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(text);
  }
  return Buffer.concat([...parts, Buffer.from(']}}}')]);
}

const COMMA = Buffer.from(',');

/** The boundary where a record gets its type back: its checksum says that it is what a spool wrote. */
function readSequence(text: string): number {
  const { sequence }: Pick<StepRecordInput, 'sequence'> = JSON.parse(text);
  return sequence;
}
