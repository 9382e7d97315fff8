import { request } from 'undici';

export interface EventLoopDelay {
  p99Ms: number;
  maxMs: number;
}

/** What a service says of its event loop since it was asked last. */
export async function eventLoopDelay(ops: string): Promise<EventLoopDelay | null> {
  const { body } = await request(`${ops}/metrics`);
  const text = await body.text();
  const ms = (name: string): number | null => {
    const match = new RegExp(String.raw`^crossdock_event_loop_delay_${name}_seconds(?:\{.*\})? (\S+)$`, 'm').exec(text);
    return match === null ? null : Number(match[1]) * 1_000;
  };
  const [p99Ms, maxMs] = [ms('p99'), ms('max')];
  return p99Ms === null || maxMs === null ? null : { p99Ms, maxMs };
}
