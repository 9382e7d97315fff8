import { callArrivals } from './call-budget-arrivals.ts';

/** Leased calls in this process's own time: `calls` of them, the first at `from`, one every `spacing` ms. */
export interface Slice {
  from: number;
  calls: number;
  spacing: number;
  /** Null: for whoever waits. */
  priority: number | null;
}

export interface Slot {
  /** The earliest moment of its call. */
  at: number;
  priority: number | null;
}

/** A slice of which `next` calls are made or lapsed. */
type Standing = Slice & { next: number };

/** A call may be made this long after its slot, when a timer was late; then the slot lapses. */
export const LATE_MS = 100;
const SECOND_MS = 1_000;
/** Beyond its slots the platform may get this share of calls in a second: clocks and answers are not that exact. */
const ARRIVING_SHARE = 1.02;
const ARRIVED_RETRY_MS = 5;

const timeOf = ({ from, spacing }: Slice, n: number): number => from + n * spacing;

/** How many calls of the slice stand before `time`, that moment included. */
const countUntil = ({ from, calls, spacing }: Slice, time: number): number =>
  Math.min(calls, Math.max(0, Math.floor((time - from) / spacing) + 1));

const isOpen = ({ next, calls }: Standing): boolean => next < calls;

const isOver = (slice: Standing, now: number): boolean =>
  !isOpen(slice) && timeOf(slice, slice.calls) <= now - SECOND_MS;

/**
 * The slots of a process in the order of their time, and the calls made by them. Late calls are made up for, but no
 * second holds more calls than the process has slots in it, neither as they are sent nor as they reach the platform:
 * then all processes together hold the rate as well.
 */
export function slotLine() {
  let line: Standing[] = [];
  /** Of the last second. */
  const made: number[] = [];
  const arrivals = callArrivals();

  function trim(now: number): void {
    for (const slice of line) slice.next = Math.max(slice.next, countUntil(slice, now - LATE_MS));
    // Before every call: a new list only where one is over.
    if (line.some((slice) => isOver(slice, now))) line = line.filter((slice) => !isOver(slice, now));
    while (made.length > 0 && made[0]! <= now - SECOND_MS) made.shift();
  }

  const inLastSecond = (now: number): number =>
    line.reduce((sum, slice) => sum + countUntil(slice, now) - countUntil(slice, now - SECOND_MS), 0);

  /** The earliest moment of a call whose slot has come. */
  function earliest(now: number): number {
    const slots = inLastSecond(now);
    // A late one waits until the calls made up for before it are a second ago.
    if (made.length >= slots) return made[0]! + SECOND_MS;
    return arrivals.reach(Math.ceil(slots * ARRIVING_SHARE), now) ? now + ARRIVED_RETRY_MS : now;
  }

  return {
    add(slices: Slice[]): void {
      line = [...line, ...slices.map((slice) => ({ ...slice, next: 0 }))].toSorted((a, b) => a.from - b.from);
    },

    /** Drops what is still to come. */
    clear(now: number): void {
      line = line.map((slice) => {
        const calls = countUntil(slice, now);
        return { ...slice, calls, next: calls };
      });
    },

    /** The first that has not lapsed, perhaps still to come. */
    first(now: number): Slot | null {
      trim(now);
      const slice = line.find(isOpen);
      if (slice === undefined) return null;
      const at = timeOf(slice, slice.next);
      return { at: at <= now ? Math.max(at, earliest(now)) : at, priority: slice.priority };
    },

    /** Makes the first one's call. */
    use(now: number): void {
      line.find(isOpen)!.next += 1;
      made.push(now);
      arrivals.sent(now);
    },

    /** A call came to its end. */
    ended: arrivals.ended,

    /** Slots left for each of `priorities`, and for anybody. */
    left(now: number, priorities: number): { own: number[]; any: number } {
      trim(now);
      const count = (priority: number | null) =>
        line.reduce((sum, slice) => sum + (slice.priority === priority ? slice.calls - slice.next : 0), 0);
      return { own: Array.from({ length: priorities }, (_, priority) => count(priority)), any: count(null) };
    },

    /** When the last slot is over; `now` without one. */
    end: (now: number): number => Math.max(now, ...line.filter(isOpen).map((slice) => timeOf(slice, slice.calls))),

    /** When calls of the last second were made. */
    made: (): readonly number[] => made,
  };
}

export type SlotLine = ReturnType<typeof slotLine>;
