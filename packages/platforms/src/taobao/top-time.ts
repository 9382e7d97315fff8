const GMT8_MS = 8 * 3_600_000;
const TOP_TIME = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** `yyyy-MM-dd HH:mm:ss` in GMT+8, whatever the zone of this machine; parts of a second are cut. */
export const topTime = (ms: number): string => new Date(ms + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ');

/** The moment of a TOP time, or null when the text is none. */
export function parseTopTime(text: string): Date | null {
  const match = TOP_TIME.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as Six;
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const exists =
    local.getUTCFullYear() === year &&
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return exists ? new Date(local.getTime() - GMT8_MS) : null;
}

type Six = [number, number, number, number, number, number];
