import { ControlRefusal } from './refusal.ts';

const MAX_HOPS = 5;

export interface Decision {
  auth_url: string;
  shop_id: string;
  approve?: boolean;
}

/** `location` is the last address asked, `status` its answer. */
export interface Ended {
  location: string;
  status: number;
}

async function ask(url: URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
  } catch (err) {
    const { cause } = err as { cause?: { code?: string } };
    throw new ControlRefusal(502, `${url.origin}${url.pathname} does not answer: ${cause?.code ?? String(err)}`);
  }
}

/** Plays the merchant: opens the authorize page, decides for the shop, and follows where it is sent. */
export async function decideAsMerchant({ auth_url, shop_id, approve = true }: Decision): Promise<Ended> {
  let url = URL.parse(auth_url);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new ControlRefusal(400, 'auth_url is no http address');
  const form = new URLSearchParams(url.searchParams);
  form.set('shop_id', shop_id);
  form.set('decision', approve ? 'approve' : 'deny');

  let answer = await ask(url);
  await answer.body?.cancel();
  if (answer.status !== 200) return { location: url.href, status: answer.status };
  url = new URL(url.pathname, url);
  answer = await ask(url, { method: 'POST', body: form });
  for (let hop = 0; hop < MAX_HOPS; hop += 1) {
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status > 399 || location === null) break;
    url = new URL(location, url);
    answer = await ask(url);
  }
  await answer.body?.cancel();
  return { location: url.href, status: answer.status };
}
