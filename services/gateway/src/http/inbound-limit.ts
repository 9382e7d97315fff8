import { AppError } from '@crossdock/kernel';
import type { FastifyReply } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts one request of a tenant; throws `too_many` beyond the limit and says on the answer how much is left. */
export type InboundLimit = (tenant: string, reply: FastifyReply) => Promise<void>;

const WINDOW_SECONDS = 1;

export function inboundLimit(perSecond: number): InboundLimit {
  const limiter = new RateLimiterMemory({ points: perSecond, duration: WINDOW_SECONDS });
  return async (tenant, reply) => {
    const state = await limiter.consume(tenant).catch((err: unknown) => {
      if (err instanceof RateLimiterRes) return err;
      throw err;
    });
    void reply.header('ratelimit-policy', `"tenant";q=${perSecond};w=${WINDOW_SECONDS}`);
    void reply.header('ratelimit', `"tenant";r=${state.remainingPoints};t=${Math.ceil(state.msBeforeNext / 1000)}`);
    if (state.consumedPoints > perSecond) {
      throw new AppError('too_many', 'TOO_MANY_REQUESTS', '请求过于频繁，请稍后重试', {
        retryAfterMs: state.msBeforeNext,
      });
    }
  };
}
