import type { FastifyInstance } from 'fastify';
import { douyinIcon } from './douyin.ts';
import { jdIcon } from './jd.ts';
import { pddIcon } from './pdd.ts';
import { taobaoIcon } from './taobao.ts';
import { tmallIcon } from './tmall.ts';

const ICONS: Record<string, string> = {
  tmall: tmallIcon,
  taobao: taobaoIcon,
  douyin: douyinIcon,
  jd: jdIcon,
  pdd: pddIcon,
};

/** The icons that `GET …/connectors/types` names, for anybody. */
export function iconRoutes(app: FastifyInstance): void {
  for (const [platform, icon] of Object.entries(ICONS)) {
    app.get(`/icons/${platform}.svg`, { schema: { hide: true } }, async (_req, reply) =>
      reply
        .type('image/svg+xml')
        .headers({
          'cache-control': 'public, max-age=86400',
          'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
          'x-content-type-options': 'nosniff',
        })
        .send(icon),
    );
  }
}
