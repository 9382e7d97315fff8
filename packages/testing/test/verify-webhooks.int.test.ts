import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '@crossdock/stack';
import { addEndpoint, signatures } from '../src/e2e/webhooks.ts';
import { connectorOf, openShop } from '../src/e2e/shops.ts';
import { startWorld, type World } from '../src/e2e/world.ts';
import { until, type Received } from '../src/index.ts';
import { linesOf, noluxCases, standardCases, type Case, type Delivered } from './verify-webhooks/cases.ts';
import { DOCUMENTED, javaLibrary, pythonLibrary, type Language } from './verify-webhooks/languages.ts';

/** Whoever runs it compiles something first, on a machine that may be busy. */
const PATIENCE_MS = 300_000;
const LIBRARIES = await Promise.all([pythonLibrary(), javaLibrary()]);

let world: World;
let folder: string;
let id: string;

/** By each secret that signs it; the newest made the other form too. */
let plain: Delivered;
let rotated: { newest: Delivered; older: Delivered };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-webhooks-'));
  world = await startWorld();
  const created = await world.admin.post('', connectorOf(await openShop(world)));
  ({ id } = created.body.data as { id: string });
  plain = await withOwnSecret('your_webhook_secret 密钥');
  rotated = await withTwoSecrets();
}, PATIENCE_MS);

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}, PATIENCE_MS);

/** The next test call of an endpoint, as it came in. */
async function testCall(endpoint: string, path: string): Promise<Received> {
  const came = () => world.webhooks.requests.filter((request) => request.path === path);
  const before = came().length;
  const sent = await world.admin.post(`/${id}/webhooks/${endpoint}/test`, {});
  if (sent.status >= 300) throw new Error(`no test call: ${sent.text}`);
  await until(() => came().length > before, { what: `a webhook at ${path}` });
  return came()[before] as Received;
}

async function withOwnSecret(secret: string): Promise<Delivered> {
  const endpoint = await addEndpoint(world.admin, id, `${world.webhooks.url}/plain`, ['sync.completed'], secret);
  return { request: await testCall(endpoint.id, '/plain'), secret };
}

async function withTwoSecrets(): Promise<typeof rotated> {
  const made = await addEndpoint(world.admin, id, `${world.webhooks.url}/rotated`, ['sync.completed']);
  const answer = await world.admin.post(`/${id}/webhooks/${made.id}/rotate-secret`, { overlap_seconds: 3_600 });
  const { secret } = answer.body.data as { secret: string };
  const request = await testCall(made.id, '/rotated');
  return { newest: { request, secret }, older: { request, secret: made.secret } };
}

const standard = (now?: number): Case[] => standardCases([plain, rotated.newest, rotated.older], now);
const nolux = (): Case[] => noluxCases([plain, rotated.newest]);

/** What each case should have come to but did not. */
const wrong = (cases: readonly Case[], verdicts: string): string[] =>
  cases.filter(({ good }, index) => verdicts[index] !== (good ? '+' : '-')).map(({ what }) => what);

/** Tried where it can be; elsewhere the run shows what was left out, and why. */
function trying(what: string, { missing }: Language, body: () => Promise<void>): void {
  if (missing === null) test(what, body, PATIENCE_MS);
  else test.skip(`${what} (${missing})`, body);
}

async function judged(name: string, cases: Case[], drive: (file: string, cwd: string) => Promise<string>) {
  const cwd = await mkdtemp(join(folder, `${name}-`));
  const file = join(cwd, 'cases');
  await writeFile(file, linesOf(cases));
  const verdicts = await drive(file, cwd);
  expect(verdicts).toHaveLength(cases.length);
  return wrong(cases, verdicts);
}

const document = await readFile(join(ROOT, 'docs/verify-webhooks.md'), 'utf8');

/** The only code block of a language. */
function blockOf(tag: string): string {
  const blocks = [...document.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter(([, language]) => language === tag);
  expect(blocks).toHaveLength(1);
  return blocks[0]?.[2] ?? '';
}

test('while a secret is replaced a call carries a signature by each', () => {
  expect(String(plain.request.headers['webhook-signature']).split(' ')).toHaveLength(1);
  expect(String(rotated.newest.request.headers['webhook-signature']).split(' ')).toHaveLength(2);
  expect(standard().filter(({ good }) => !good).length).toBeGreaterThanOrEqual(30);
});

test('the Standard Webhooks library for JavaScript takes what we send', () => {
  for (const { request, secret } of [plain, rotated.newest, rotated.older])
    expect(signatures(request, secret).standard).toBe(true);
});

// Before the others: these go by the clock on the wall, and what was sent ages.
for (const library of LIBRARIES) {
  trying(`the Standard Webhooks library for ${library.name} takes what we send and nothing else`, library, async () => {
    expect(await judged(`${library.name}-library`, standard(Date.now() / 1_000), library.drive)).toEqual([]);
  });
}

for (const language of DOCUMENTED) {
  trying(`the verifier for ${language.name} takes what we send and nothing else`, language, async () => {
    const cases = [...standard(), ...nolux()];
    expect(await judged(language.name, cases, language.drive(blockOf(language.tag)))).toEqual([]);
  });
}
