import type { FailureClass } from '@crossdock/kernel';

/** `code` and the beginning of `sub`; the entry that says most wins. */
interface Entry {
  code?: number;
  sub?: string;
  failure: FailureClass;
}

const of = (failure: FailureClass, ...codes: number[]): Entry[] => codes.map((code) => ({ code, failure }));

/** The gateway's refusals. Unknown ones are PERMANENT, except that `isp.*` is the platform's own trouble. */
const TABLE: Entry[] = [
  ...of('RETRYABLE', 3, 10),
  ...of('RATE_LIMITED', 4, 5, 6, 7, 8),
  ...of('FORBIDDEN', 11, 12, 13, 42),
  ...of('PERMANENT', 9, 15, 21, 22, 23, 32, 33, 34, 40, 41, 43),
  ...of('CONFIG', 24, 25, 28, 29, 30, 31),
  ...of('AUTH_EXPIRED', 26, 27),
  { sub: 'isp.', failure: 'RETRYABLE' },
  { code: 15, sub: 'isp.', failure: 'RETRYABLE' },
  { code: 15, sub: 'ism.json-decode-error', failure: 'RETRYABLE' },
  { code: 15, sub: 'isv.trade-service-rejection', failure: 'SHRINK_WINDOW' },
  // Not public: the one entry of our own choosing, for a shop that is frozen or closed.
  { code: 15, sub: 'isv.shop-closed', failure: 'SHOP_CLOSED' },
];

export function failureOf(code: number, sub: string): FailureClass {
  let best: Entry | undefined;
  for (const entry of TABLE) {
    const fits = (entry.code === undefined || entry.code === code) && sub.startsWith(entry.sub ?? '');
    if (fits && (best === undefined || weight(entry) > weight(best))) best = entry;
  }
  return best?.failure ?? 'PERMANENT';
}

const weight = ({ code, sub = '' }: Entry): number => sub.length * 2 + (code === undefined ? 0 : 1);

/** A window that is refused although it is narrow is taken again after about as long. */
const TRADES_BUSY_MS = 180_000;

/** How long to wait: a refusal for frequency says it. */
export function pauseMs(failure: FailureClass, text: string): number | undefined {
  if (failure === 'SHRINK_WINDOW') return TRADES_BUSY_MS;
  if (failure !== 'RATE_LIMITED') return undefined;
  const seconds = /will last for (\d{1,9}) more second/i.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1_000;
}
