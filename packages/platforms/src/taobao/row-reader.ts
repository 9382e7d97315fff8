import type { RowProblem, SourceRow } from '../adapter.ts';
import { hashOf } from '../row-hash.ts';
import { isObject, type JsonObject } from './answer.ts';
import { isAbsent } from './fields.ts';

/** A row of more characters is not stored. */
const MAX_ROW_CHARS = 256 * 1024;
const SHOWN_CHARS = 60;

type Read<T> = (value: unknown) => T | null;

/** Reads the fields of one row and keeps the first problem. */
export class RowReader {
  problem: RowProblem | null = null;

  report(field: string, value: unknown): null {
    this.problem ??= isAbsent(value)
      ? { code: 'MISSING_FIELD', field, message: `字段 ${field} 缺失` }
      : { code: 'INVALID_FIELD', field, message: `字段 ${field} 的值无效：${shown(value)}` };
    return null;
  }

  required<T>(field: string, value: unknown, read: Read<T>): T | null {
    return read(value) ?? this.report(field, value);
  }

  optional<T>(field: string, value: unknown, read: Read<T>): T | null {
    return isAbsent(value) ? null : this.required(field, value, read);
  }

  /** `{ <wrapper>: [ … ] }`; a missing wrapper or list is an empty one. */
  wrapped(field: string, value: unknown, key: string): JsonObject[] {
    if (isAbsent(value)) return [];
    const list = isObject(value) ? (value[key] ?? []) : null;
    if (Array.isArray(list) && list.every(isObject)) return list;
    this.report(field, value);
    return [];
  }

  /** Every amount is in yuan: a row that tells of another currency is not. */
  yuanOnly({ currency }: JsonObject): void {
    if (!isAbsent(currency) && currency !== 'CNY') this.report('currency', currency);
  }
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, SHOWN_CHARS);

/** Of what a row is read from; `reading` is raised when the same bytes are read as something else. */
export const digestOf = (bytes: Buffer, reading: number): string => `${reading}-${hashOf(bytes)}`;

/** A row that `read` makes of its source when something of it beside its id and digest is first asked for. */
export class UnreadRow<Source> implements SourceRow {
  readonly externalId: string;
  readonly digest: string;
  readonly #read: (source: Source) => SourceRow;
  #source: Source | undefined;
  #row: SourceRow | undefined;

  constructor(externalId: string, digest: string, source: Source, read: (source: Source) => SourceRow) {
    this.externalId = externalId;
    this.digest = digest;
    this.#source = source;
    this.#read = read;
  }

  get updatedAt() {
    return this.#known().updatedAt;
  }

  get fields() {
    return this.#known().fields;
  }

  get hash() {
    return this.#known().hash;
  }

  get problem() {
    return this.#known().problem;
  }

  #known(): SourceRow {
    if (this.#row === undefined) {
      this.#row = this.#read(this.#source!);
      this.#source = undefined;
    }
    return this.#row;
  }
}

export const missingId = (what: string): RowProblem => ({
  code: 'MISSING_ID',
  field: 'external_id',
  message: `平台返回的${what}缺少有效的ID`,
});

export const ROW_TOO_LARGE: RowProblem = {
  code: 'ROW_TOO_LARGE',
  field: 'external_id',
  message: `平台返回的数据超过 ${MAX_ROW_CHARS / 1024} KB，未保存`,
};

/** Stable as long as the row is, and never a platform's id. */
export const nameless = (row: unknown): string => `?${hashOf(JSON.stringify(row))}`;

/** Tells rows that are too large; free of charge while the whole answer is small. */
export const sizeCheck = (answerBytes: number) =>
  answerBytes <= MAX_ROW_CHARS ? () => false : (row: JsonObject) => JSON.stringify(row).length > MAX_ROW_CHARS;
