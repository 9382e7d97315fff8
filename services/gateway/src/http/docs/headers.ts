import { text } from './shapes.ts';

const header = (description: string, example: string) => ({ description, schema: text(), example });

/** Headers of answers, as `components.headers` holds them. */
export const HEADERS = {
  'x-request-id': header('Names the request in logs and audit; yours when you sent a sane one.', 'order-42'),
  traceparent: header(
    'W3C Trace Context: your trace when you sent one.',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ),
  ratelimit: header(
    'What is left of the tenant’s limit, and the seconds until it is full again.',
    '"tenant";r=999;t=1',
  ),
  'ratelimit-policy': header('The tenant’s limit: requests a window, and its seconds.', '"tenant";q=1000;w=1'),
  'retry-after': header('Seconds to wait before trying again.', '1'),
  etag: header('The revision of what people edit; send it back as `If-Match`.', '"3"'),
  link: header('The neighbouring pages, when there are any.', '</api/v1/connectors?page=2>; rel="next"'),
  'cache-control': header('`no-store`: the answer holds a secret.', 'no-store'),
  'idempotency-replayed': header('`true` when this answer was kept from the first request with the key.', 'true'),
};

export type HeaderName = keyof typeof HEADERS;

export const headerRefs = (names: readonly HeaderName[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Headers a caller may send, by the fact of a route that makes them mean something. */
export const REQUEST_HEADERS = {
  'Idempotency-Key': text({
    description: 'The same key and body get the same answer for 24 h; one effect, however often it is sent.',
    examples: ['5f0c1d2e-7a3b-4c4d-8e5f-60718293a4b5'],
  }),
  'Last-Event-ID': text({
    description: 'The id of the last event you got: what you know is not sent again.',
    examples: ['5f70bf18a0860070'],
  }),
  'If-Match': text({ description: 'The ETag you saw: a change made meanwhile by another is a 412.' }),
};
