import { sleep } from '@crossdock/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gateway } from '../shops/platforms.ts';
import type { Token } from '../shops/tokens.ts';
import type { World } from '../world.ts';
import type { Answer, Call } from './call.ts';
import type { Hit } from './faults.ts';
import type { RequestEntry } from './requests.ts';

/** What the gate must know of a platform to play faults in its own forms. */
export interface GatedPlatform {
  gateway: Gateway;
  /** The live token a call carries. */
  tokenOf(call: Call): Token | undefined;
  rateLimited(seconds: number): Answer;
}

const gatewayHtml = (status: number): Answer => ({
  status,
  type: 'text/html; charset=utf-8',
  body: `<html><head><title>${status}</title></head><body><h1>${status}</h1><hr>gateway</body></html>`,
  outcome: 'fault',
});

/** Stands before every platform route: writes the call down, plays the fault whose turn it is, and dates the answer by the sandbox's clock. */
export function platformGate(platform: GatedPlatform, { clock, faults, requests, tokens }: World) {
  function played(hit: Hit, call: Call, handle: (call: Call) => Answer): Answer {
    if (hit.kind === 'status') return gatewayHtml(hit.value);
    if (hit.kind === 'rate_limited') return platform.rateLimited(hit.value);
    if (hit.token !== undefined) tokens.end(hit.token, hit.kind === 'token_expired' ? 'access' : 'grant', clock.ms());
    const answer: Answer = { ...handle(call), outcome: 'fault' };
    if (hit.kind !== 'malformed') return answer;
    const text = String(answer.body);
    return { ...answer, body: text.slice(0, Math.ceil(text.length / 2)) };
  }

  function cut(request: FastifyRequest, reply: FastifyReply, entry: RequestEntry): FastifyReply {
    entry.outcome = 'fault';
    request.raw.socket.resetAndDestroy();
    return reply.hijack();
  }

  return (handle: (call: Call) => Answer) => async (request: FastifyRequest, reply: FastifyReply) => {
    const body = typeof request.body === 'string' ? request.body : '';
    const call: Call = { method: request.method, path: request.raw.url ?? '', headers: request.headers, body };
    const entry = requests.open(platform.gateway, call);
    const hit = faults.take(platform.gateway, call, () => platform.tokenOf(call));
    if (hit?.kind === 'timeout') {
      entry.outcome = 'fault';
      return reply.hijack();
    }
    if (hit?.kind === 'reset') return cut(request, reply, entry);
    if (hit?.kind === 'latency') await sleep(hit.value);
    const answer = hit === null ? handle(call) : played(hit, call, handle);
    if (answer.delayMs) await sleep(answer.delayMs);
    if (hit?.kind === 'drop_after_commit') return cut(request, reply, entry);
    entry.status = answer.status;
    entry.outcome = answer.outcome;
    if (answer.location !== undefined) void reply.header('location', answer.location);
    return reply.code(answer.status).header('date', clock.now().toUTCString()).type(answer.type).send(answer.body);
  };
}
