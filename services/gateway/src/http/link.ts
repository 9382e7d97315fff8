import type { FastifyReply, FastifyRequest } from 'fastify';

export const pagesOf = (total: number, pageSize: number): number => Math.ceil(total / pageSize);

/** `Link` with rel next and prev, to the address the caller used. */
export function linkPages(req: FastifyRequest, reply: FastifyReply, page: number, pages: number): void {
  const url = new URL(req.originalUrl, 'http://gateway');
  const link = (rel: string, to: number) => {
    url.searchParams.set('page', String(to));
    return `<${url.pathname}${url.search}>; rel="${rel}"`;
  };
  const links = [
    ...(page < pages ? [link('next', page + 1)] : []),
    ...(page > 1 ? [link('prev', Math.max(1, Math.min(page - 1, pages)))] : []),
  ];
  if (links.length > 0) void reply.header('link', links.join(', '));
}
