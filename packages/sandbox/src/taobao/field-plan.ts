import { invalidArgument, Refused } from './refusals.ts';
import type { Writer } from './writing.ts';

const MAX_PLANS = 500;

/** Reads `fields=a,b,c` against what a method knows, remembering the answers. */
export function fieldPlans<T>(known: Record<string, Writer<T>>) {
  const plans = new Map<string, Writer<T>[]>();
  return (fields: string): Writer<T>[] => {
    const planned = plans.get(fields);
    if (planned !== undefined) return planned;
    const writers = new Set(
      fields.split(',').map((text) => {
        const name = text.trim();
        const writer = Object.hasOwn(known, name) ? known[name] : undefined;
        if (writer === undefined) throw new Refused(invalidArgument('fields', `未知字段 ${name}`));
        return writer;
      }),
    );
    if (plans.size >= MAX_PLANS) plans.clear();
    plans.set(fields, [...writers]);
    return [...writers];
  };
}
