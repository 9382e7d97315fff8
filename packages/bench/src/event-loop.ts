import { request } from 'undici';

export interface EventLoopDelay {
  p99Ms: number;
  maxMs: number;
}

/** What a service says of its event loop since it was asked last. Its sampler counts its own interval in, so the smallest sample is taken off. */
export async function eventLoopDelay(ops: string): Promise<EventLoopDelay | null> {
  const { body } = await request(`${ops}/metrics`);
  const text = await body.text();
  const ms = (name: string): number | null => {
    const match = new RegExp(String.raw`^nodejs_eventloop_lag_${name}_seconds(?:\{.*\})? (\S+)$`, 'm').exec(text);
    return match === null ? null : Number(match[1]) * 1_000;
  };
  const [least, p99, max] = [ms('min'), ms('p99'), ms('max')];
  if (least === null || p99 === null || max === null) return null;
  return { p99Ms: Math.max(0, p99 - least), maxMs: Math.max(0, max - least) };
}
