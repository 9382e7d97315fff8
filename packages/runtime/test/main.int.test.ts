import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('demo-process.ts', import.meta.url));

function demo(env: Record<string, string>) {
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (out.text += chunk.toString()));
  const said = (words: string) =>
    new Promise<void>((resolve) => {
      const look = () => out.text.includes(words) && resolve();
      child.stdout.on('data', look);
      look();
    });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, out, said, ended };
}

/** Says on stdout that OpenTelemetry's SDK is loaded. */
const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
   registerHooks({ load(url, at, next) { if (url.includes('opentelemetry/sdk')) console.log('loaded'); return next(url, at); } });`,
)}`;

test('a wrong environment ends the process, naming every variable at once', async () => {
  const { ended, out } = demo({ OPS_PORT: 'many' });
  expect(await ended).toBe(1);
  expect(out.text).toContain('demo cannot start');
  expect(out.text).toContain('OPS_PORT is wrong');
  expect(out.text).toContain('DEMO_DOES is missing: it should be what the demo does');
});

test('a signal drains the parts and ends with 0', async () => {
  const { child, said, ended, out } = demo({ OPS_PORT: '0', DEMO_DOES: 'nothing' });
  await said('started');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(out.text).toContain('part stopped');
});

test('a promise nobody waits for ends the process with 1 and says why', async () => {
  const { ended, out } = demo({ OPS_PORT: '0', DEMO_DOES: 'reject' });
  expect(await ended).toBe(1);
  expect(out.text).toContain('nobody waits for me');
});

test('secrets do not reach the log, however deep they stand', async () => {
  const { child, said, ended, out } = demo({ OPS_PORT: '0', DEMO_DOES: 'log' });
  await said('started');
  child.kill('SIGTERM');
  await ended;
  expect(out.text).toContain('told');
  expect(out.text).not.toContain('hunter2');
});

test('without a collector OpenTelemetry is not loaded', async () => {
  const { child, said, ended, out } = demo({ OPS_PORT: '0', DEMO_DOES: 'nothing', NODE_OPTIONS });
  await said('started');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(out.text).not.toContain('loaded');
});

test('what was recorded reaches the collector before the process ends', async () => {
  const sent: unknown[] = [];
  const collector = createServer((req, res) => {
    void text(req).then((body) => {
      sent.push(JSON.parse(body));
      res.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  const { child, said, ended, out } = demo({
    OPS_PORT: '0',
    DEMO_DOES: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    NODE_OPTIONS,
  });
  await said('started');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  collector.close();
  expect(out.text).toContain('loaded');
  expect(sent).toHaveLength(1);
  expect(JSON.stringify(sent)).toContain('{"key":"service.name","value":{"stringValue":"demo"}}');
  expect(sent).toMatchObject([
    {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  name: 'demo',
                  traceId: '0af7651916cd43dd8448eb211c80319c',
                  parentSpanId: 'b7ad6b7169203331',
                  status: { code: 2, message: 'BROKEN' },
                },
              ],
            },
          ],
        },
      ],
    },
  ]);
});
