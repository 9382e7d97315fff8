export const TRADE_STATUSES = [
  'TRADE_NO_CREATE_PAY',
  'WAIT_BUYER_PAY',
  'PAY_PENDING',
  'WAIT_PRE_AUTH_CONFIRM',
  'PAID_FORBID_CONSIGN',
  'WAIT_SELLER_SEND_GOODS',
  'SELLER_CONSIGNED_PART',
  'WAIT_BUYER_CONFIRM_GOODS',
  'TRADE_BUYER_SIGNED',
  'TRADE_FINISHED',
  'TRADE_CLOSED',
  'TRADE_CLOSED_BY_TAOBAO',
] as const;

export type TradeStatus = (typeof TRADE_STATUSES)[number];

const DAY_S = 86_400;

/** How long ago orders of a status were made, so that nobody waits 80 days for a parcel. */
const AGES: Partial<Record<TradeStatus, [from: number, to: number]>> = {
  WAIT_BUYER_PAY: [0, DAY_S],
  WAIT_SELLER_SEND_GOODS: [0, 5 * DAY_S],
  SELLER_CONSIGNED_PART: [DAY_S, 5 * DAY_S],
  WAIT_BUYER_CONFIRM_GOODS: [3 * DAY_S, 15 * DAY_S],
  TRADE_BUYER_SIGNED: [5 * DAY_S, 15 * DAY_S],
};
export const OLDEST_S = 80 * DAY_S;

export const ageOf = (status: TradeStatus): [from: number, to: number] => AGES[status] ?? [16 * DAY_S, OLDEST_S];

export interface Born {
  status: TradeStatus;
  lines: number;
  /** The buyer asks for the money back. */
  refund?: true;
}

/** What seeded orders are born as, in turn: every shop has every kind, and which lines can be reviewed follows from the index alone. */
const CYCLE: readonly Born[] = [
  { status: 'WAIT_SELLER_SEND_GOODS', lines: 2 },
  { status: 'TRADE_FINISHED', lines: 1 },
  { status: 'WAIT_BUYER_CONFIRM_GOODS', lines: 1 },
  { status: 'TRADE_FINISHED', lines: 2 },
  { status: 'TRADE_CLOSED_BY_TAOBAO', lines: 1 },
  { status: 'TRADE_FINISHED', lines: 3 },
  { status: 'WAIT_SELLER_SEND_GOODS', lines: 1 },
  { status: 'TRADE_FINISHED', lines: 3 },
  { status: 'TRADE_FINISHED', lines: 1 },
  { status: 'WAIT_BUYER_PAY', lines: 2 },
  { status: 'TRADE_FINISHED', lines: 2 },
  { status: 'TRADE_CLOSED', lines: 1 },
  { status: 'SELLER_CONSIGNED_PART', lines: 2 },
  { status: 'TRADE_FINISHED', lines: 1 },
  { status: 'WAIT_SELLER_SEND_GOODS', lines: 2, refund: true },
  { status: 'TRADE_BUYER_SIGNED', lines: 1 },
];

/** Created orders are fresh ones: two paid, one not yet. */
const FRESH: readonly Born[] = [
  { status: 'WAIT_SELLER_SEND_GOODS', lines: 1 },
  { status: 'WAIT_SELLER_SEND_GOODS', lines: 3 },
  { status: 'WAIT_BUYER_PAY', lines: 2 },
];

export const bornAs = (index: number, fresh: boolean): Born =>
  (fresh ? FRESH[index % FRESH.length] : CYCLE[index % CYCLE.length]) as Born;

const NEXT: Partial<Record<TradeStatus, TradeStatus>> = {
  WAIT_BUYER_PAY: 'WAIT_SELLER_SEND_GOODS',
  WAIT_SELLER_SEND_GOODS: 'WAIT_BUYER_CONFIRM_GOODS',
  SELLER_CONSIGNED_PART: 'WAIT_BUYER_CONFIRM_GOODS',
  WAIT_BUYER_CONFIRM_GOODS: 'TRADE_FINISHED',
  TRADE_BUYER_SIGNED: 'TRADE_FINISHED',
};

/** Where an order stands after so many updates; `corrections` are those that found it at its end. */
export function standsAt({ status, refund }: Born, updates: number): { status: TradeStatus; corrections: number } {
  let at = status;
  for (let left = updates; left > 0; left -= 1) {
    const next: TradeStatus | undefined = refund && at === 'WAIT_SELLER_SEND_GOODS' ? 'TRADE_CLOSED' : NEXT[at];
    if (next === undefined) return { status: at, corrections: left };
    at = next;
  }
  return { status: at, corrections: 0 };
}

/** A line of a seeded order, by the order's index. */
export interface LineRef {
  order: number;
  line: number;
}

const FINISHED = CYCLE.flatMap(({ status }, at) => (status === 'TRADE_FINISHED' ? [at] : []));
/** The last finished order of each turn is kept for created reviews. */
const KEPT = FINISHED.at(-1) as number;
const REVIEWED: readonly LineRef[] = FINISHED.slice(0, -1).flatMap((order) =>
  Array.from({ length: (CYCLE[order] as Born).lines }, (_, line) => ({ order, line })),
);

/** The line that a review is about: of finished orders each line once. */
export function reviewedLine(number: number, created: boolean): LineRef {
  if (created) return { order: number * CYCLE.length + KEPT, line: 0 };
  const { order, line } = REVIEWED[number % REVIEWED.length] as LineRef;
  return { order: Math.floor(number / REVIEWED.length) * CYCLE.length + order, line };
}

/** The review of a line: its number among the seeded, or among the created; undefined for a line that nobody reviews. */
export function reviewOf({ order, line }: LineRef): { number: number; created: boolean } | undefined {
  const at = order % CYCLE.length;
  const turn = (order - at) / CYCLE.length;
  if (at === KEPT) return line === 0 ? { number: turn, created: true } : undefined;
  const slot = REVIEWED.findIndex((known) => known.order === at && known.line === line);
  return slot < 0 ? undefined : { number: turn * REVIEWED.length + slot, created: false };
}
