/** A document that the reader shows. */
export interface Source {
  title: string;
  slug: string;
  url: string;
}

/** Nothing that would call anybody but this gateway. */
const SETTINGS = {
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
};

/** The reader takes its settings from an attribute: the page has no script of its own and so no nonce. */
export function readerPage(title: string, sources: Source[], script: string): string {
  const settings = JSON.stringify({ ...SETTINGS, sources })
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><link rel="icon" href="data:,"></head>
<body><script id="api-reference" data-configuration="${settings}"></script><script src="${script}"></script></body>
</html>
`;
}
