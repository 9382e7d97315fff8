import { createHash } from 'node:crypto';
import { newId } from '@crossdock/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTopic } from '../records.ts';
import { until } from '../until.ts';
import { api, PRODUCTS, shopUrl } from './connect-steps.ts';
import { number, say, show, StepFailure, type Step, type Tour } from './context.ts';
import { call } from './http.ts';
import { progressBar } from './progress-bar.ts';
import { verify } from './verify.ts';

const POLL_MS = 100;
const SYNC_LIMIT_MS = 120_000;
const ARRIVAL_LIMIT_MS = 45_000;
const TOPIC = 'sync.completed';

interface Task {
  task_id: string;
  status: string;
  reason: string | null;
  progress: { total: number | null; synced: number; failed: number };
}

const createWebhook: Step = {
  title: 'Ask for a webhook when a sync ends',
  service: 'webhook-dispatcher',
  async run(tour) {
    const body = { url: `${tour.webhooks.url}/webhooks`, events: ['sync.completed', 'sync.failed'] };
    const url = api(tour, `/${tour.connectorId}/webhooks`);
    const request = { method: 'POST', url, token: tour.token, body, idempotencyKey: newId() } as const;
    const { data } = (await show<{ data: { id: string; secret: string } }>(tour, request, 201)).body;
    tour.webhookSecret = data.secret;
    say(tour, `endpoint ${data.id}; its secret is shown this once`);
  },
};

const startSync: Step = {
  title: `Sync all ${number(PRODUCTS)} products`,
  service: 'sync-orchestrator',
  async run(tour) {
    const url = api(tour, `/${tour.connectorId}/sync/products`);
    const request = {
      method: 'POST',
      url,
      token: tour.token,
      body: { mode: 'full' },
      idempotencyKey: newId(),
    } as const;
    const { data } = (await show<{ data: Task }>(tour, request, 202)).body;
    tour.taskId = data.task_id;
    const task = await follow(tour);
    say(
      tour,
      `GET ${taskUrl(tour)} → ${task.status}: ${number(task.progress.synced)} synced, ${number(task.progress.failed)} failed`,
    );
    if (task.status !== 'completed' || task.progress.synced !== PRODUCTS)
      throw new StepFailure(`the task ended as ${JSON.stringify(task)}`);
  },
};

const taskUrl = (tour: Tour): string => api(tour, `/${tour.connectorId}/sync/tasks/${tour.taskId}`);

/** Shows the progress until the task has ended. */
async function follow(tour: Tour): Promise<Task> {
  const deadline = Date.now() + SYNC_LIMIT_MS;
  try {
    for (;;) {
      const { data } = (
        await call<{ data: Task }>({ method: 'GET', url: taskUrl(tour), token: tour.token }, tour.signal)
      ).body;
      tour.screen.status(`   ${progressBar(data.progress.synced, data.progress.total ?? PRODUCTS)}`);
      if (data.status !== 'queued' && data.status !== 'running') return data;
      if (Date.now() > deadline)
        throw new StepFailure(
          `the task is still ${data.status} after ${SYNC_LIMIT_MS / 1000} s: ${JSON.stringify(data)}`,
        );
      await sleep(POLL_MS, undefined, { signal: tour.signal });
    }
  } finally {
    tour.screen.status(null);
  }
}

const showRecord: Step = {
  title: 'See the event in Kafka',
  service: 'sync-orchestrator',
  async run(tour) {
    const find = async () => {
      const records = await readTopic(tour.kafka, `${tour.topicPrefix}${TOPIC}`);
      return records.find(({ value }) => (JSON.parse(value) as Task).task_id === tour.taskId);
    };
    tour.record = await until(find, {
      timeoutMs: ARRIVAL_LIMIT_MS,
      everyMs: 200,
      signal: tour.signal,
      what: `a record of ${TOPIC} with this task`,
    });
    const { topic, partition, offset, key, headers, value } = tour.record;
    say(tour, `${topic}, partition ${partition}, offset ${offset}, key ${key}`);
    for (const [name, text] of Object.entries(headers)) say(tour, `  ${name}: ${text}`);
    say(tour, `  ${value}`);
  },
};

const receiveWebhook: Step = {
  title: 'Receive the webhook and check its signatures',
  service: 'webhook-dispatcher',
  async run(tour) {
    const eventId = tour.record.headers['ce_id'] ?? '';
    const arrived = () => tour.webhooks.requests.find(({ headers }) => headers['webhook-id'] === eventId);
    const request = await until(arrived, {
      timeoutMs: ARRIVAL_LIMIT_MS,
      signal: tour.signal,
      what: `a webhook with the id ${eventId}`,
    });
    say(tour, `${request.method} ${tour.webhooks.url}${request.path}`);
    for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
      say(tour, `  ${name}: ${String(request.headers[name])}`);
    say(tour, `  X-Nolux-Signature: ${String(request.headers['x-nolux-signature'])}`);
    say(tour, `  ${request.body}`);
    const wrong = verify(request, tour.webhookSecret);
    if (wrong !== null) throw new StepFailure(wrong);
    say(tour, 'verified: both signatures fit the body and the secret');
  },
};

const compare: Step = {
  title: 'Read the products back and compare them with the shop',
  service: 'sync-orchestrator',
  async run(tour) {
    const ids: string[] = [];
    let cursor = '';
    do {
      const url = api(
        tour,
        `/${tour.connectorId}/products?page_size=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const request = { method: 'GET', url, token: tour.token } as const;
      const page = await call<{
        data: { items: { external_id: string; title: string }[]; next_cursor: string | null };
      }>(request, tour.signal);
      if (page.status !== 200) throw new StepFailure(`${page.line}: ${JSON.stringify(page.body)}`);
      if (cursor === '')
        say(tour, `${page.line}: ${page.body.data.items[0]?.external_id} "${page.body.data.items[0]?.title}" …`);
      ids.push(...page.body.data.items.map((item) => item.external_id));
      cursor = page.body.data.next_cursor ?? '';
    } while (cursor !== '');
    const truth = (
      await show<{ total: number; sha256: string }>(tour, { method: 'GET', url: shopUrl(tour, '/products') }, 200)
    ).body;
    const sha256 = createHash('sha256').update(ids.toSorted().join('\n')).digest('hex');
    say(tour, `here ${number(ids.length)} ids, sha256 ${sha256}`);
    say(tour, `shop ${number(truth.total)} ids, sha256 ${truth.sha256}`);
    if (ids.length !== truth.total || sha256 !== truth.sha256)
      throw new StepFailure('what was synced is not what the shop has');
  },
};

export const syncSteps: Step[] = [createWebhook, startSync, showRecord, receiveWebhook, compare];
