import type { Answer, Call } from '../edge/call.ts';
import { isKnownApp } from '../shops/apps.ts';
import type { Shop } from '../shops/shops.ts';
import type { World } from '../world.ts';
import { nickOf } from './method.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] as string);

const html = (status: number, title: string, content: string, outcome: Answer['outcome']): Answer => ({
  status,
  type: 'text/html; charset=utf-8',
  body: `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${title}</title>
<style>body{font:16px/1.6 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}form{display:flex;gap:.5rem;align-items:center;padding:.5rem 0;border-bottom:1px solid #ddd}form span{flex:1}</style>
</head><body><h1>${title}</h1>${content}</body></html>`,
  outcome,
});

const refused = (why: string): Answer => html(400, '授权失败', `<p>${escapeHtml(why)}</p>`, 'refused');

/** What an app asks for; a text says why it cannot. */
function readRequest(
  params: URLSearchParams,
): { app: string; redirect: URL; redirectUri: string; state: string | null } | string {
  const app = params.get('client_id') ?? '';
  const redirectUri = params.get('redirect_uri') ?? '';
  if (params.get('response_type') !== 'code') return 'response_type 应为 code';
  if (!isKnownApp(app)) return 'client_id 不存在';
  const redirect = URL.parse(redirectUri);
  if (redirect === null || !/^https?:$/.test(redirect.protocol)) return 'redirect_uri 无效';
  return { app, redirect, redirectUri, state: params.get('state') };
}

function shopForm(shop: Shop, params: URLSearchParams): string {
  const hidden = ['response_type', 'client_id', 'redirect_uri', 'state'].flatMap((name) => {
    const value = params.get(name);
    return value === null ? [] : `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  });
  return `<form method="post" action="authorize">${hidden.join('')}<input type="hidden" name="shop_id" value="${escapeHtml(shop.id)}">
<span>${escapeHtml(nickOf(shop))}</span><button name="decision" value="approve">授权</button><button name="decision" value="deny">拒绝</button></form>`;
}

/** `GET /authorize`: the page where a merchant picks a shop and decides. */
export function authorizePage(call: Call, { shops }: World): Answer {
  const params = new URL(call.path, 'http://sandbox').searchParams;
  const request = readRequest(params);
  if (typeof request === 'string') return refused(request);
  const known = shops.all('taobao').toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const forms = known.map((shop) => shopForm(shop, params)).join('');
  return html(
    200,
    '店铺授权',
    `<p>应用 ${escapeHtml(request.app)} 请求访问您的店铺数据。</p>${forms || '<p>沙箱中还没有店铺。</p>'}`,
    'ok',
  );
}

/** `POST /authorize`: the merchant's decision, sent back to the app with its state. */
export function decide(call: Call, { shops, tokens, clock }: World): Answer {
  const params = new URLSearchParams(call.body);
  const request = readRequest(params);
  if (typeof request === 'string') return refused(request);
  const { app, redirect, redirectUri, state } = request;
  const shop = shops.get('taobao', params.get('shop_id') ?? '');
  if (shop === undefined) return refused('店铺不存在');
  if (params.get('decision') === 'approve') {
    const code = tokens.issueCode({ gateway: 'taobao', app, shop: shop.id, redirectUri }, clock.ms());
    redirect.searchParams.set('code', code);
  } else {
    redirect.searchParams.set('error', 'access_denied');
    redirect.searchParams.set('error_description', 'authorize reject');
  }
  if (state !== null) redirect.searchParams.set('state', state);
  return { status: 302, type: 'text/plain', body: '', location: redirect.href, outcome: 'ok' };
}
