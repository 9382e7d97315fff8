import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileFilter, OPERATORS } from './filter.ts';

type Value = string | number | boolean | null;

/** A filter read word by word, as slowly as it is written. */
function naive(filter: Record<string, unknown>, payload: unknown): boolean {
  return Object.entries(filter).every(([key, inner]) => {
    if (key === 'and') return (inner as Record<string, unknown>[]).every((each) => naive(each, payload));
    if (key === 'or') return (inner as Record<string, unknown>[]).some((each) => naive(each, payload));
    if (key === 'not') return !naive(inner as Record<string, unknown>, payload);
    let value: unknown = payload;
    for (const step of key.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[step];
    if (typeof inner !== 'object' || inner === null) return value === inner;
    return Object.entries(inner).every(([name, operand]) => holds(name, value, operand));
  });
}

function holds(name: string, value: unknown, operand: unknown): boolean {
  const comparable = typeof value === typeof operand && (typeof value === 'string' || typeof value === 'number');
  const [a, b] = [value as number, operand as number];
  if (name === 'eq') return value === operand;
  if (name === 'ne') return value !== operand;
  if (name === 'gt') return comparable && a > b;
  if (name === 'gte') return comparable && a >= b;
  if (name === 'lt') return comparable && a < b;
  if (name === 'lte') return comparable && a <= b;
  if (name === 'in') return (operand as unknown[]).includes(value);
  if (name === 'nin') return !(operand as unknown[]).includes(value);
  if (name === 'exists') return operand === true ? value !== undefined : value === undefined;
  if (name === 'starts_with') return typeof value === 'string' && value.startsWith(operand as string);
  if (name === 'ends_with') return typeof value === 'string' && value.endsWith(operand as string);
  if (Array.isArray(value)) return value.includes(operand);
  return typeof value === 'string' && typeof operand === 'string' && value.includes(operand);
}

const text = fc.constantFrom('', 'a', 'ab', 'b', 'failed', '2026-03-14T10:30:00Z');
const value: fc.Arbitrary<Value> = fc.oneof(text, fc.integer({ min: -2, max: 2 }), fc.boolean(), fc.constant(null));
const ordered = fc.oneof(text, fc.integer({ min: -2, max: 2 }));
const list = fc.array(value, { minLength: 1, maxLength: 4 });
const field = fc.constantFrom('type', 'data.a', 'data.b', 'data.c.d', 'data.list', 'data.none');

const OPERANDS: Record<string, fc.Arbitrary<unknown>> = {
  eq: value,
  ne: value,
  gt: ordered,
  gte: ordered,
  lt: ordered,
  lte: ordered,
  in: list,
  nin: list,
  exists: fc.boolean(),
  starts_with: text,
  ends_with: text,
  contains: value,
};

const operator = fc
  .constantFrom(...Object.keys(OPERANDS))
  .chain((name) => (OPERANDS[name] as fc.Arbitrary<unknown>).map((operand): [string, unknown] => [name, operand]));
const condition = fc.oneof(value, fc.array(operator, { minLength: 1, maxLength: 3 }).map(Object.fromEntries));

const { filter } = fc.letrec<{ filter: Record<string, unknown> }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.dictionary(field, condition, { maxKeys: 3 }),
    fc.record({ and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));

const payload = fc.record({
  type: fc.constantFrom('sync.failed', 'a'),
  data: fc.record(
    { a: value, b: value, c: fc.oneof(value, fc.record({ d: value })), list: fc.array(value, { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
});

test('there are twelve operators', () => {
  expect(Object.keys(OPERATORS)).toEqual(Object.keys(OPERANDS));
});

test('a compiled filter says what reading it word by word says', () => {
  fc.assert(
    fc.property(filter, payload, (wanted, told) => {
      const compiled = compileFilter(wanted);
      // What is too large for a filter is none.
      fc.pre('matches' in compiled);
      expect(compiled.matches(told)).toBe(naive(wanted, told));
    }),
    { numRuns: 3_000 },
  );
});

const deep = (levels: number): object => (levels === 0 ? { type: 'a' } : { not: deep(levels - 1) });
const wide = (count: number) => ({ and: Array.from({ length: count }, () => ({ type: 'a' })) });

test.each<[string, unknown, string]>([
  ['an unknown operator', { 'data.status': { like: 'x' } }, 'filter.data.status.like'],
  ['an operator of the prototype', { 'data.status': { toString: 'x' } }, 'filter.data.status.toString'],
  ['a field of nothing we send', { status: 'failed' }, 'filter.status'],
  ['no condition', { 'data.status': {} }, 'filter.data.status'],
  ['a list as a value', { 'data.status': ['failed'] }, 'filter.data.status'],
  ['an empty list', { type: { in: [] } }, 'filter.type.in'],
  ['a list too long', { type: { in: Array(51).fill('a') } }, 'filter.type.in'],
  ['an object to compare with', { type: { eq: { a: 1 } } }, 'filter.type.eq'],
  ['a truth that is none', { 'data.a': { exists: 'yes' } }, 'filter.data.a.exists'],
  ['an order of truths', { 'data.a': { gt: true } }, 'filter.data.a.gt'],
  ['a text too long', { type: { eq: 'x'.repeat(1_001) } }, 'filter.type.eq'],
  ['and over nothing', { and: [] }, 'filter.and'],
  ['or over no list', { or: { type: 'a' } }, 'filter.or'],
  ['not over a list', { not: [{ type: 'a' }] }, 'filter.not'],
  ['a part that is no object', { or: [{ type: 'a' }, 'b'] }, 'filter.or.1'],
  ['six levels', deep(5), 'filter.not.not.not.not.not'],
  ['more than a hundred nodes', wide(100), 'filter'],
  ['no object at all', 'sync.failed', 'filter'],
  ['a list', [], 'filter'],
])('%s is refused by its path', (_what, wanted, path) => {
  expect(compileFilter(wanted)).toMatchObject({ faults: { [path]: [expect.any(String)] } });
});

test('five levels and a hundred nodes are taken', () => {
  expect(compileFilter(deep(4))).toHaveProperty('matches');
  expect(compileFilter(wide(99))).toHaveProperty('matches');
});
