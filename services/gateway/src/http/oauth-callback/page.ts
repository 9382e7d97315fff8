import { createHash } from 'node:crypto';

/** How an authorization ended, in both languages. */
export interface Outcome {
  status: number;
  title: { zh: string; en: string };
  text: { zh: string; en: string };
}

const STYLE = `body{font:16px/1.6 system-ui,sans-serif;color:#1f2328;background:#f6f8fa;display:grid;place-items:center;min-height:100vh;margin:0}
main{background:#fff;border:1px solid #d0d7de;border-radius:12px;padding:32px 40px;max-width:440px}
h1{font-size:20px;margin:0 0 8px}p{margin:4px 0}.en{color:#59636e}
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}main{background:#161b22;border-color:#30363d}.en{color:#9198a1}}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing on the page runs or loads; its one style is named by its hash. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** `subject` is what it was about (shop or connector), '' when unknown. */
export function page({ title, text }: Outcome, subject: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title.zh)} · ${escapeHtml(title.en)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title.zh)}</h1>${subject === '' ? '' : `<p><strong>${escapeHtml(subject)}</strong></p>`}<p>${escapeHtml(text.zh)}</p>
<p class="en" lang="en"><b>${escapeHtml(title.en)}.</b> ${escapeHtml(text.en)}</p></main></body>
</html>
`;
}
