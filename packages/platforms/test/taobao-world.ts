import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPlatforms, type PlatformAdapter } from '../src/index.ts';
import type { PlatformWorld, Refusal } from './adapter-contract.ts';

const GMT8_MS = 8 * 3_600_000;
const LISTS: Record<string, string> = { 'taobao.items.onsale.get': 'onsale', 'taobao.items.inventory.get': 'instock' };

interface Item {
  id: string;
  status: 'onsale' | 'instock';
  modifiedMs: number;
  /** Laid over the row's JSON fields; the texts are JSON. */
  extra: Record<string, string>;
}

type Form = Record<string, string>;
type Scripted = (form: Form, res: ServerResponse) => void;

export interface TaobaoWorld extends PlatformWorld {
  adapter: PlatformAdapter;
  items: Map<string, Item>;
  forms: Form[];
  clock: { ms: number; platformAheadMs: number };
  /** The next calls answer this, in order. */
  script(...answers: Scripted[]): void;
  /** The gateway's own refusal. */
  refusal(error: object, headers?: Record<string, string>): Scripted;
  raw(status: number, body: string, headers?: Record<string, string>): Scripted;
  /** Called for every token request. */
  token: { answer: Scripted; forms: Form[] };
}

/** A Tmall gateway small enough to read: real HTTP, a signature check spelled out by hand, rows and answers under the test's control. */
export async function taobaoWorld(): Promise<TaobaoWorld> {
  const items = new Map<string, Item>();
  const forms: Form[] = [];
  const scripted: Scripted[] = [];
  const clock = { ms: Date.UTC(2026, 0, 15, 2, 30), platformAheadMs: 0 };
  const token: TaobaoWorld['token'] = { answer: raw(400, '{"error":"invalid_grant"}'), forms: [] };
  let made = 0;
  let beforeCall: (n: number) => void = () => {};

  const server = createServer((req, res) => void serve(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const platforms = createPlatforms({ taobao: { authUrl: base, apiUrl: `${base}/router/rest` } });

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    res.setHeader('date', new Date(clock.ms + clock.platformAheadMs).toUTCString());
    if (req.url === '/token') {
      token.forms.push(form);
      return token.answer(form, res);
    }
    forms.push(form);
    beforeCall(forms.length);
    (scripted.shift() ?? answer)(form, res);
  }

  function answer(form: Form, res: ServerResponse): void {
    const sent = Date.parse(`${form.timestamp?.replace(' ', 'T')}Z`) - GMT8_MS;
    if (Math.abs(sent - clock.ms - clock.platformAheadMs) > 600_000)
      return refusal({ code: 31, msg: 'Invalid timestamp' })(form, res);
    if (form.sign !== signatureByHand(form)) return refusal({ code: 25, msg: 'Invalid signature' })(form, res);
    const list = LISTS[form.method ?? ''];
    if (list !== undefined) return raw(200, listAnswer(form, list))(form, res);
    if (form.method === 'taobao.items.seller.list.get') return raw(200, detailsAnswer(form))(form, res);
    return raw(200, '{"user_seller_get_response":{"user":{"user_id":2200000000123456789,"nick":"测试店","type":"B"}}}')(
      form,
      res,
    );
  }

  function listAnswer(form: Form, status: string): string {
    const [from, to] = [form.start_modified ?? '', form.end_modified ?? '9999'];
    const rows = [...items.values()]
      .filter((item) => item.status === status && gmt8(item.modifiedMs) >= from && gmt8(item.modifiedMs) <= to)
      .toSorted((a, b) => b.modifiedMs - a.modifiedMs || (a.id < b.id ? -1 : 1));
    const [page, size] = [Number(form.page_no), Number(form.page_size)];
    if (page * size > 20_200) return '{"error_response":{"code":41,"msg":"Invalid arguments:page_no"}}';
    const shown = rows.slice((page - 1) * size, page * size).map((item) => rowText(item, ['num_iid', 'modified']));
    const body = shown.length === 0 ? '' : `,"items":{"item":[${shown.join(',')}]}`;
    return `{"${form.method?.slice(7).replaceAll('.', '_')}_response":{"total_results":${rows.length}${body},"request_id":"r1"}}`;
  }

  function detailsAnswer(form: Form): string {
    const ids = form.num_iids?.split(',') ?? [];
    if (ids.length > 20) return '{"error_response":{"code":41,"msg":"Invalid arguments:num_iids"}}';
    const rows = ids.flatMap((id) => items.get(id) ?? []).map((item) => rowText(item));
    return `{"items_seller_list_get_response":{${rows.length === 0 ? '' : `"items":{"item":[${rows.join(',')}]},`}"request_id":"r2"}}`;
  }

  const refusals: Record<Refusal, Scripted> = {
    expired: refusal({ code: 27, msg: 'Invalid session', sub_code: 'session-expired' }),
    rate_limited: refusal({ code: 7, msg: 'App Call Limited', sub_msg: 'This ban will last for 3 more seconds' }),
    http_429: raw(429, '<html>slow down</html>', { 'retry-after': '3' }),
    unavailable: raw(503, '<html>503</html>'),
    reset: (_form, res) => void res.socket?.destroy(),
    malformed: raw(200, '{"items_onsale_get_response":{"total_results":3,"items":{"item":[{"num_iid":71'),
    not_ours: raw(200, '<html>login</html>'),
  };

  return {
    adapter: platforms.get('tmall') as PlatformAdapter,
    config: { app_key: '12345678', app_secret: 'helloworld', shop_id: '2200000000123456789' },
    items,
    forms,
    clock,
    token,
    script: (...answers) => void scripted.push(...answers),
    refusal,
    raw,
    now: () => new Date(clock.ms),
    put(count, modified) {
      const ids = Array.from({ length: count }, (_, n) => String(712345678901230000n + BigInt(made + n)));
      made += count;
      ids.forEach((id, n) =>
        items.set(id, { id, status: n % 5 === 0 ? 'instock' : 'onsale', modifiedMs: modified.getTime(), extra: {} }),
      );
      return ids;
    },
    touch: (id, at) => void ((items.get(id) as Item).modifiedMs = at.getTime()),
    remove: (id) => void items.delete(id),
    spoil: (id) => void ((items.get(id) as Item).extra.price = '"面议"'),
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

function raw(status: number, body: string, headers: Record<string, string> = {}): Scripted {
  return (_form, res) => void res.writeHead(status, headers).end(body);
}

const refusal = (error: object, headers?: Record<string, string>): Scripted =>
  raw(200, JSON.stringify({ error_response: error }), headers);

const gmt8 = (ms: number): string => new Date(ms + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ');

function rowText(item: Item, only?: string[]): string {
  const fields: Record<string, string> = {
    num_iid: item.id,
    title: '"纯棉T恤"',
    approve_status: `"${item.status}"`,
    price: '"59.00"',
    num: '120',
    outer_id: '"SPU-1"',
    cid: '50000671',
    pic_url: '"https://img.example/1.jpg"',
    modified: `"${gmt8(item.modifiedMs)}"`,
    item_imgs:
      '{"item_img":[{"id":1,"url":"https://img.example/1.jpg","position":0},{"id":2,"url":"https://img.example/2.jpg","position":1}]}',
    skus: '{"sku":[{"sku_id":5012345678901234567,"properties":"1627207:28341;20509:28314","properties_name":"1627207:28341:颜色:黑色;20509:28314:尺码:M","quantity":7,"price":"59.50","outer_id":"SKU-1-M","status":"normal"}]}',
    ...item.extra,
  };
  const named = Object.entries(fields).filter(
    ([name, text]) => text !== '' && (only === undefined || only.includes(name)),
  );
  return `{${named.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** Not the adapter's code: what §3.3 of the protocol says, once more. */
function signatureByHand(form: Form): string {
  let text = '';
  for (const key of Object.keys(form).sort()) if (key !== 'sign') text += `${key}${form[key]}`;
  return createHmac('sha256', 'helloworld').update(text, 'utf8').digest('hex').toUpperCase();
}
