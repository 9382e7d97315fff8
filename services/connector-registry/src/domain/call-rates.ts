/** Calls a second that an app may make on a platform, at most. */
export type CallRates = (platform: string) => number;

const RATE = '(?:\\d*\\.)?\\d+';

/** `100`, or `100,jd:20`: for every platform, then for some. */
export const CALL_RATES_PATTERN = `^(?!0*\\.?0*(,|$))${RATE}(,[a-z]+:(?!0*\\.?0*(,|$))${RATE})*$`;

export function callRates(text: string): CallRates {
  const [everywhere, ...own] = text.split(',');
  const rates = new Map(own.map((each) => each.split(':') as [string, string]));
  return (platform) => Number(rates.get(platform) ?? everywhere);
}
