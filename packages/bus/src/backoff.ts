/** Full waits double from 100 ms up to 5 s; half of each is left to chance, so that many retriers spread. */
export function backoffMs(failures: number): number {
  const full = Math.min(100 * 2 ** failures, 5_000);
  return full / 2 + Math.random() * (full / 2);
}
