import type { SlotLine } from './call-budget-slots.ts';

/** The most urgent first: a call waits behind those of lower number. */
export const PRIORITIES = ['orders', 'inventory', 'everything else'] as const;

export const priorityOf = (syncType: string): number => {
  const found = PRIORITIES.findIndex((name) => name === syncType);
  return found === -1 ? PRIORITIES.length - 1 : found;
};

interface Waiter {
  go(): void;
  refuse(err: unknown): void;
}

/** Calls that wait for a slot, in the order they came within their priority. */
export function callQueue() {
  const lines: Waiter[][] = PRIORITIES.map(() => []);

  return {
    /** Resolves when it is its turn; rejects with the signal's reason when that comes first. */
    join(priority: number, signal: AbortSignal | undefined): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const line = lines[priority]!;
      const leave = () => {
        const index = line.indexOf(waiter);
        if (index >= 0) line.splice(index, 1);
        reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener('abort', leave);
      const waiter: Waiter = {
        go: () => (done(), resolve()),
        refuse: (err) => (done(), reject(err)),
      };
      if (signal?.aborted) return Promise.reject(signal.reason);
      signal?.addEventListener('abort', leave, { once: true });
      line.push(waiter);
      return promise;
    },

    size: (): number => lines.reduce((sum, line) => sum + line.length, 0),

    /** Lets one go: of the slot's own priority, else the most urgent. */
    release(priority: number | null): void {
      const own = priority === null ? undefined : lines[priority]!.shift();
      (own ?? lines.find((line) => line.length > 0)?.shift())?.go();
    },

    /** Refuses the last of a line until `keep` are left. */
    cut(priority: number, keep: number, err: () => unknown): void {
      for (const waiter of lines[priority]!.splice(keep)) waiter.refuse(err());
    },

    /** How many of each priority have no slot yet. */
    uncovered(line: SlotLine, now: number): number[] {
      const { own, any } = line.left(now, PRIORITIES.length);
      let spare = any + own.reduce((sum, slots, each) => sum + Math.max(0, slots - lines[each]!.length), 0);
      return lines.map((waiting, each) => {
        const open = Math.max(0, waiting.length - own[each]!);
        const covered = Math.min(open, spare);
        spare -= covered;
        return open - covered;
      });
    },
  };
}
