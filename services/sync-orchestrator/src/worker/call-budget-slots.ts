/** Leased calls in this process's own time: `calls` of them, the first at `from`, one every `spacing` ms. */
export interface Slice {
  from: number;
  calls: number;
  spacing: number;
  /** Null: for whoever waits. */
  priority: number | null;
}

export interface Slot {
  at: number;
  priority: number | null;
}

/**
 * A call may be made this long after its slot, as a late timer makes it; then the slot lapses. With slices cut from
 * 97 % of the rate, calls that are all late by up to this much still keep the rate in every second.
 */
export const CATCH_UP_MS = 30;

/** The slots of a process in the order of their time. */
export function slotLine() {
  let line: (Slice & { next: number })[] = [];

  /** Forgets what lapsed. */
  function trim(now: number): void {
    for (const slice of line) {
      const lapsed = Math.ceil((now - CATCH_UP_MS - slice.from) / slice.spacing);
      slice.next = Math.max(slice.next, lapsed);
    }
    line = line.filter(({ next, calls }) => next < calls);
  }

  return {
    add(slices: Slice[]): void {
      line = [...line, ...slices.map((slice) => ({ ...slice, next: 0 }))].toSorted((a, b) => a.from - b.from);
    },
    clear(): void {
      line = [];
    },
    /** The first that has not lapsed, perhaps still to come. */
    first(now: number): Slot | null {
      trim(now);
      const slice = line[0];
      return slice === undefined ? null : { at: slice.from + slice.next * slice.spacing, priority: slice.priority };
    },
    useFirst(): void {
      line[0]!.next += 1;
    },
    /** Slots left for each of `priorities`, and for anybody. */
    left(now: number, priorities: number): { own: number[]; any: number } {
      trim(now);
      const count = (priority: number | null) =>
        line.reduce((sum, slice) => sum + (slice.priority === priority ? slice.calls - slice.next : 0), 0);
      return { own: Array.from({ length: priorities }, (_, priority) => count(priority)), any: count(null) };
    },
    /** When the last slot is over; `now` without one. */
    end(now: number): number {
      trim(now);
      return Math.max(now, ...line.map(({ from, calls, spacing }) => from + calls * spacing));
    },
  };
}

export type SlotLine = ReturnType<typeof slotLine>;
