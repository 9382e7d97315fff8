import type { RecordRef } from '../src/index.ts';
import { type Form, gmt8, invalid, momentOf, pageOf, responseOf, rowText } from './taobao-wire.ts';

const DAY_MS = 86_400_000;
/** Three months at their shortest. */
const REACH_MS = 89 * DAY_MS;

export interface TestTrade {
  id: string;
  createdMs: number;
  modifiedMs: number;
  /** Laid over the row's JSON fields; the texts are JSON. */
  extra: Record<string, string>;
}

const newestFirst = (time: 'createdMs' | 'modifiedMs') => (a: TestTrade, b: TestTrade) =>
  b[time] - a[time] || (a.id < b.id ? -1 : 1);

/** Trades of a shop, or what their buyers said of them: one row a trade either way. */
function shelf(now: () => number, fieldsOf: (trade: TestTrade) => Record<string, string>) {
  const trades = new Map<string, TestTrade>();
  let made = 0;

  return {
    trades,
    put(count: number, at: Date): string[] {
      const ids = Array.from({ length: count }, (_, n) => String(4012345678901230000n + BigInt(made + n)));
      made += count;
      const ms = at.getTime();
      for (const id of ids) trades.set(id, { id, createdMs: ms, modifiedMs: ms, extra: {} });
      return ids;
    },
    remove: (id: string) => void trades.delete(id),
    /** Refuses what the platform refuses: a missing or bad window, one too wide or reaching too far back, large pages. */
    windowed(form: Form, time: 'createdMs' | 'modifiedMs', names: [string, string], limits: Limits): string {
      const [start, end] = names.map((name) => form[name] ?? '') as [string, string];
      if (limits.required && (start === '' || end === '')) return invalid(names[0]);
      const [from, to] = [start === '' ? 0 : momentOf(start), end === '' ? Number.MAX_SAFE_INTEGER : momentOf(end)];
      if (from > to || (limits.spanMs !== undefined && to - from > limits.spanMs)) return invalid(names[1]);
      if (limits.required && from < now() - REACH_MS) return invalid(names[0]);
      if (Number(form.page_size) > limits.pageSize) return invalid('page_size');
      const rows = [...trades.values()]
        .filter((trade) => Math.floor(trade[time] / 1_000) * 1_000 >= from && trade[time] < to + 1_000)
        .toSorted(newestFirst(time));
      return pageOf(form, rows, (trade) => rowText(fieldsOf(trade), form.fields), limits.wrapper);
    },
  };
}

interface Limits {
  wrapper: [string, string];
  pageSize: number;
  spanMs?: number;
  required?: boolean;
}

export function tradeShelf(now: () => number) {
  const fieldsOf = (trade: TestTrade): Record<string, string> => ({
    tid: trade.id,
    tid_str: `"${trade.id}"`,
    status: '"WAIT_SELLER_SEND_GOODS"',
    payment: '"113.00"',
    total_fee: '"118.00"',
    created: `"${gmt8(trade.createdMs)}"`,
    pay_time: `"${gmt8(trade.createdMs)}"`,
    modified: `"${gmt8(trade.modifiedMs)}"`,
    receiver_name: '"张*"',
    orders:
      '{"order":[{"oid":4012345678901234568,"num_iid":712345678901234567,"sku_id":"5012345678901","title":"纯棉T恤","num":2,"price":"59.00","refund_status":"NO_REFUND"}]}',
    ...trade.extra,
  });
  const { trades, windowed, put, remove } = shelf(now, fieldsOf);
  const limits = { wrapper: ['trades', 'trade'] as [string, string], pageSize: 100, required: true };
  return {
    trades,
    put,
    remove,
    methods: {
      'taobao.trades.sold.get': (form: Form) => windowed(form, 'createdMs', ['start_created', 'end_created'], limits),
      'taobao.trades.sold.increment.get': (form: Form) =>
        windowed(form, 'modifiedMs', ['start_modified', 'end_modified'], { ...limits, spanMs: DAY_MS }),
      'taobao.trade.fullinfo.get': (form: Form): string => {
        const trade = trades.get(form.tid ?? '');
        if (trade === undefined)
          return '{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.trade-not-exist"}}';
        return `{"${responseOf(form)}":{"trade":${rowText(fieldsOf(trade), form.fields)}}}`;
      },
    },
    touch: (id: string, at: Date) => void ((trades.get(id) as TestTrade).modifiedMs = at.getTime()),
    spoil: (id: string) => void ((trades.get(id) as TestTrade).extra.total_fee = '"99999999999.00"'),
    spoiltField: 'total',
    refOf: (id: string): RecordRef => ({ id, productId: null, orderId: null }),
    touchTells: true,
  };
}

export function rateShelf(now: () => number) {
  const fieldsOf = (trade: TestTrade): Record<string, string> => ({
    tid: `9${trade.id.slice(1)}`,
    oid: trade.id,
    num_iid: '712345678901234567',
    role: '"buyer"',
    nick: '"t**8"',
    result: '"good"',
    created: `"${gmt8(trade.createdMs)}"`,
    content: '"很好"',
    reply: trade.modifiedMs > trade.createdMs ? '"谢谢"' : '',
    ...trade.extra,
  });
  const { trades, windowed, put, remove } = shelf(now, fieldsOf);
  const limits = { wrapper: ['trade_rates', 'trade_rate'] as [string, string], pageSize: 150 };
  return {
    trades,
    put,
    remove,
    methods: {
      'taobao.traderates.get': (form: Form): string => {
        if (form.rate_type !== 'get' || form.role !== 'buyer') return invalid('rate_type');
        if (form.tid === undefined) return windowed(form, 'createdMs', ['start_date', 'end_date'], limits);
        const trade = trades.get(`4${form.tid.slice(1)}`);
        const found = trade === undefined ? [] : [trade];
        const page = { ...form, page_no: '1', page_size: '40' };
        return pageOf(page, found, (rate) => rowText(fieldsOf(rate), form.fields), limits.wrapper);
      },
    },
    /** The seller replies. */
    touch: (id: string, at: Date) => void ((trades.get(id) as TestTrade).modifiedMs = at.getTime()),
    spoil: (id: string) => void ((trades.get(id) as TestTrade).extra.result = '"splendid"'),
    spoiltField: 'rating',
    refOf: (id: string): RecordRef => ({ id, productId: null, orderId: `9${id.slice(1)}` }),
    touchTells: true,
  };
}
