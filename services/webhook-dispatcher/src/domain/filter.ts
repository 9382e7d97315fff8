import type { FieldErrors } from '@crossdock/kernel';

/**
 * The filter of an endpoint: JSON over a webhook's content. A field's dotted path stands before a value it must equal,
 * or before an object of operators that must all hold; `and`, `or` and `not` join filters.
 */
export type Filter = Record<string, unknown>;

export type Matcher = (payload: object) => boolean;

type Scalar = string | number | boolean | null;
type Check = (value: unknown) => boolean;

const MAX_DEPTH = 5;
const MAX_NODES = 100;
const MAX_LIST = 50;
const MAX_TEXT = 1_000;
const PATH = /^(id|type|timestamp|data(\.[A-Za-z0-9_]{1,100}){1,10})$/;

const isScalar = (value: unknown): value is Scalar =>
  value === null ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  isText(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;
const isOrdered = (value: unknown): value is string | number => typeof value === 'number' || isText(value);
const isList = (value: unknown): value is Scalar[] =>
  Array.isArray(value) && value.length > 0 && value.length <= MAX_LIST && value.every(isScalar);

interface Operator {
  takes: (operand: unknown) => boolean;
  /** What it takes, for who sent something else. */
  wanted: string;
  check: (operand: never) => Check;
}

const define = <T>(
  takes: (operand: unknown) => operand is T,
  wanted: string,
  check: (operand: T) => Check,
): Operator => ({
  takes,
  wanted,
  check,
});

const SCALAR = `应为字符串（不超过 ${MAX_TEXT} 个字符）、数字、布尔值或 null`;
const ORDERED = '应为数字或字符串';
const LIST = `应为 1 到 ${MAX_LIST} 个值的数组`;
const TEXT = `应为不超过 ${MAX_TEXT} 个字符的字符串`;

/** Numbers compare with numbers, texts (times too) with texts; all else is neither more nor less. */
const ordered = (holds: (sign: number) => boolean) =>
  define(isOrdered, ORDERED, (operand) => (value) => {
    if (typeof value !== typeof operand) return false;
    return holds((value as typeof operand) < operand ? -1 : (value as typeof operand) > operand ? 1 : 0);
  });

/** The twelve. A field that is not there fulfils only `ne`, `nin` and `exists: false`. */
export const OPERATORS: Record<string, Operator> = {
  eq: define(isScalar, SCALAR, (operand) => (value) => value === operand),
  ne: define(isScalar, SCALAR, (operand) => (value) => value !== operand),
  gt: ordered((sign) => sign > 0),
  gte: ordered((sign) => sign >= 0),
  lt: ordered((sign) => sign < 0),
  lte: ordered((sign) => sign <= 0),
  in: define(isList, LIST, (operand) => (value) => operand.includes(value as Scalar)),
  nin: define(isList, LIST, (operand) => (value) => !operand.includes(value as Scalar)),
  exists: define(
    (operand) => typeof operand === 'boolean',
    '应为布尔值',
    (operand) => (value) => (value !== undefined) === operand,
  ),
  starts_with: define(isText, TEXT, (operand) => (value) => typeof value === 'string' && value.startsWith(operand)),
  ends_with: define(isText, TEXT, (operand) => (value) => typeof value === 'string' && value.endsWith(operand)),
  contains: define(isScalar, SCALAR, (operand) => (value) => {
    if (typeof value === 'string') return typeof operand === 'string' && value.includes(operand);
    return Array.isArray(value) && value.includes(operand);
  }),
};

const JOINS: Record<string, (parts: Matcher[]) => Matcher> = {
  and: (parts) => (payload) => parts.every((part) => part(payload)),
  or: (parts) => (payload) => parts.some((part) => part(payload)),
};

const isObject = (value: unknown): value is Filter =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The matcher of a filter, or what is wrong with it, by path. */
export function compileFilter(filter: unknown): { matches: Matcher } | { faults: FieldErrors } {
  const faults: FieldErrors = {};
  let nodes = 0;

  const refuse = (path: string, reason: string): Matcher => {
    faults[path.slice(0, 200)] ??= [reason];
    return () => false;
  };

  /** False once there are too many: told once, for the whole. */
  const counted = (): boolean => (nodes += 1) <= MAX_NODES;

  function compile(part: unknown, path: string, depth: number): Matcher {
    if (!isObject(part)) return refuse(path, '应为对象');
    if (depth > MAX_DEPTH) return refuse(path, `嵌套不能超过 ${MAX_DEPTH} 层`);
    const parts = Object.entries(part).map(([key, inner]) => entry(key, inner, `${path}.${key}`, depth));
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : (payload) => parts.every((each) => each(payload));
  }

  function entry(key: string, inner: unknown, path: string, depth: number): Matcher {
    if (!counted()) return refuse('filter', `不能超过 ${MAX_NODES} 个条件`);
    if (key === 'not') {
      const part = compile(inner, path, depth + 1);
      return (payload) => !part(payload);
    }
    const join = Object.hasOwn(JOINS, key) ? JOINS[key] : undefined;
    if (join === undefined) return condition(key, inner, path);
    if (!Array.isArray(inner) || inner.length === 0) return refuse(path, '应为非空数组');
    return join(inner.map((each, index) => compile(each, `${path}.${index}`, depth + 1)));
  }

  function condition(field: string, wanted: unknown, path: string): Matcher {
    if (!PATH.test(field)) return refuse(path, '未知字段，应为 id、type、timestamp 或 data 下的路径');
    const read = reader(field.split('.'));
    if (!isObject(wanted)) {
      if (!isScalar(wanted)) return refuse(path, SCALAR);
      return (payload) => read(payload) === wanted;
    }
    const checks = Object.entries(wanted).map(([name, operand]) => operator(name, operand, `${path}.${name}`));
    if (checks.length === 0) return refuse(path, '至少需要一个运算符');
    return (payload) => {
      const value = read(payload);
      return checks.every((check) => check(value));
    };
  }

  function operator(name: string, operand: unknown, path: string): Check {
    if (!counted()) return refuse('filter', `不能超过 ${MAX_NODES} 个条件`) as Check;
    const known = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (known === undefined) return refuse(path, `未知运算符，可选：${Object.keys(OPERATORS).join('、')}`) as Check;
    return known.takes(operand) ? known.check(operand as never) : (refuse(path, known.wanted) as Check);
  }

  const matches = compile(filter, 'filter', 1);
  return Object.keys(faults).length > 0 ? { faults } : { matches };
}

/** Own fields alone: what an object inherits is not there. */
const reader =
  (keys: string[]) =>
  (payload: object): unknown => {
    let value: unknown = payload;
    for (const key of keys) {
      if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
      value = value[key];
    }
    return value;
  };
