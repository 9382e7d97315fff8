const OFFSET_S = 28_800;
const DAY_S = 86_400;
/** Numbers below 100 in two digits. */
export const TWO = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

const days = new Map<number, string>();

function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_S * 1_000).toISOString().slice(0, 10);
    if (days.size > 4_000) days.clear();
    days.set(day, text);
  }
  return text;
}

/** `yyyy-MM-dd HH:mm:ss` in GMT+8, from epoch seconds. */
export function gmt8(seconds: number): string {
  const local = seconds + OFFSET_S;
  const day = Math.floor(local / DAY_S);
  const rest = local - day * DAY_S;
  return `${dayText(day)} ${TWO[Math.floor(rest / 3_600)]}:${TWO[Math.floor(rest / 60) % 60]}:${TWO[rest % 60]}`;
}

/** Epoch seconds of such a text; undefined when it is not a real moment written in full. */
export function parseGmt8(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return undefined;
  const seconds = Date.parse(`${text.replace(' ', 'T')}Z`) / 1_000 - OFFSET_S;
  return Number.isNaN(seconds) || gmt8(seconds) !== text ? undefined : seconds;
}
