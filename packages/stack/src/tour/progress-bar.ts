import { number } from './context.ts';

const WIDTH = 30;

/** `██████░░░░  600 / 1,000` */
export function progressBar(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.floor((done / total) * WIDTH));
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}  ${number(done)} / ${number(total)}`;
}
