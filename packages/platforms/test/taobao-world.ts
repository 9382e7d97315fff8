import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPlatforms, type PlatformAdapter, type RecordSource } from '../src/index.ts';
import type { PlatformWorld, Refusal } from './adapter-contract.ts';
import { itemShelf } from './taobao-items.ts';
import { rateShelf, tradeShelf } from './taobao-trades.ts';
import { type Form, momentOf, raw, refusal, type Scripted, signatureByHand } from './taobao-wire.ts';

export type Entity = 'products' | 'orders' | 'inventory' | 'reviews';

export interface TaobaoWorld extends PlatformWorld {
  adapter: PlatformAdapter;
  /** Laid over the JSON texts of a row. */
  change(id: string, extra: Record<string, string>): void;
  forms: Form[];
  clock: { ms: number; platformAheadMs: number };
  seller: { type: string };
  /** The next calls answer this, in order. */
  script(...answers: Scripted[]): void;
  /** These calls are answered otherwise than by the usual text; null answers them as ever. */
  answerBy(other: (form: Form, usual: string | undefined) => string | null): void;
  /** Called for every token request. */
  token: { answer: Scripted; forms: Form[] };
}

/** A gateway small enough to read: real HTTP, a signature check spelled out by hand, rows and answers under the test's control. */
export async function taobaoWorld(platform: 'tmall' | 'taobao', entity: Entity): Promise<TaobaoWorld> {
  const forms: Form[] = [];
  const scripted: Scripted[] = [];
  const clock = { ms: Date.UTC(2026, 0, 15, 2, 30), platformAheadMs: 0 };
  const now = () => clock.ms + clock.platformAheadMs;
  const token: TaobaoWorld['token'] = { answer: raw(400, '{"error":"invalid_grant"}'), forms: [] };
  const seller = { type: platform === 'tmall' ? 'B' : 'C' };
  const { methods, ...rows } =
    entity === 'orders' ? tradeShelf(now) : entity === 'reviews' ? rateShelf(now) : itemShelf(entity);
  let beforeCall: (n: number) => void = () => {};
  let other: Parameters<TaobaoWorld['answerBy']>[0] = () => null;

  const server = createServer((req, res) => void serve(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const platforms = createPlatforms({ taobao: { authUrl: base, apiUrl: `${base}/router/rest` } });
  const adapter = platforms.get(platform) as PlatformAdapter;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    res.setHeader('date', new Date(now()).toUTCString());
    if (req.url === '/token') {
      token.forms.push(form);
      return token.answer(form, res);
    }
    forms.push(form);
    beforeCall(forms.length);
    (scripted.shift() ?? answer)(form, res);
  }

  function answer(form: Form, res: ServerResponse): void {
    if (Math.abs(momentOf(form.timestamp ?? '') - now()) > 600_000)
      return refusal({ code: 31, msg: 'Invalid timestamp' })(form, res);
    if (form.sign !== signatureByHand(form)) return refusal({ code: 25, msg: 'Invalid signature' })(form, res);
    const usual = (methods as Record<string, (form: Form) => string>)[form.method ?? '']?.(form);
    const body = other(form, usual) ?? usual;
    if (body !== undefined) return raw(200, body)(form, res);
    if (form.method !== 'taobao.user.seller.get') return refusal({ code: 22, msg: 'Invalid method' })(form, res);
    raw(
      200,
      `{"user_seller_get_response":{"user":{"user_id":2200000000123456789,"nick":"测试店","type":"${seller.type}"}}}`,
    )(form, res);
  }

  const refusals: Record<Refusal, Scripted> = {
    expired: refusal({ code: 27, msg: 'Invalid session', sub_code: 'session-expired' }),
    rate_limited: refusal({ code: 7, msg: 'App Call Limited', sub_msg: 'This ban will last for 3 more seconds' }),
    http_429: raw(429, '<html>slow down</html>', { 'retry-after': '3' }),
    http_429_date: (form, res) => raw(429, '', { 'retry-after': new Date(now() + 3_000).toUTCString() })(form, res),
    unavailable: raw(503, '<html>503</html>'),
    reset: (_form, res) => void res.socket?.destroy(),
    malformed: raw(200, '{"items_onsale_get_response":{"total_results":3,"items":{"item":[{"num_iid":71'),
    not_ours: raw(200, '<html>login</html>'),
  };

  return {
    adapter,
    source: adapter.sources[entity] as RecordSource,
    config: { app_key: '12345678', app_secret: 'helloworld', shop_id: '2200000000123456789' },
    forms,
    clock,
    seller,
    token,
    script: (...answers) => void scripted.push(...answers),
    answerBy: (answers) => void (other = answers),
    now: () => new Date(clock.ms),
    ...rows,
    change(id, extra) {
      const row = 'items' in rows ? rows.items.get(rows.refOf(id).productId ?? id) : rows.trades.get(id);
      Object.assign(row!.extra, extra);
    },
    refuse: (kind) => void scripted.push(refusals[kind]),
    beforeCall: (hook) => void (beforeCall = hook),
    calls: () => forms.length,
    async [Symbol.asyncDispose]() {
      await platforms.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
