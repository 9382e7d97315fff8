import { newId } from '@crossdock/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './http.ts';
import { number, say, show, StepFailure, type Step, type Tour } from './context.ts';

export const PRODUCTS = 1_000;
const SHOP_ID = 'tour_1000';
const CONNECTOR_NAME = 'Crossdock tour';
const AUTHORIZE_TRIES = 20;

export const api = (tour: Tour, path: string): string => `${tour.gateway}/api/v1/connectors${path}`;
export const shopUrl = (tour: Tour, path = ''): string => `${tour.control}/control/tmall/shops/${SHOP_ID}${path}`;

interface Connector {
  id: string;
  name: string;
  platform: string;
  status: string;
  shop_name: string | null;
  auth_url: string;
}

const logIn: Step = {
  title: 'Log in as admin@example.com',
  service: 'auth-channel',
  async run(tour) {
    const body = { username: 'admin@example.com', password: 'crossdock-demo' };
    const answer = await show<{ data: { token: string } }>(
      tour,
      { method: 'POST', url: `${tour.gateway}/api/auth/login`, body },
      200,
    );
    tour.token = answer.body.data.token;
  },
};

const makeShop: Step = {
  title: `Open a Tmall shop with ${number(PRODUCTS)} products in the sandbox`,
  service: 'sandbox',
  async run(tour) {
    await show(
      tour,
      { method: 'PUT', url: shopUrl(tour), body: { products: PRODUCTS, seed: 'tour', frozen: false } },
      200,
    );
  },
};

const removeEarlier: Step = {
  title: 'Remove the connector of an earlier tour',
  service: 'connector-registry',
  async run(tour) {
    let removed = 0;
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const url = api(tour, `?platform=tmall&page=${page}&page_size=100`);
      const { body } = await call<{ data: { items: Connector[]; pages: number } }>(
        { method: 'GET', url, token: tour.token },
        tour.signal,
      );
      pages = body.data.pages;
      for (const { id } of body.data.items.filter(({ name }) => name === CONNECTOR_NAME)) {
        await show(tour, { method: 'DELETE', url: api(tour, `/${id}`), token: tour.token }, 204, 404);
        removed += 1;
      }
    }
    if (removed === 0) say(tour, 'There is none.');
  },
};

const createConnector: Step = {
  title: 'Create a connector for the Tmall shop',
  service: 'connector-registry',
  async run(tour) {
    const body = {
      name: CONNECTOR_NAME,
      platform: 'tmall',
      config: { app_key: 'sandbox-tour', app_secret: 'sandbox-secret', shop_id: SHOP_ID },
      sync_interval_minutes: 15,
    };
    const request = { method: 'POST', url: api(tour, ''), token: tour.token, body, idempotencyKey: newId() } as const;
    const { data } = (await show<{ data: Connector }>(tour, request, 201)).body;
    tour.connectorId = data.id;
    tour.authUrl = data.auth_url;
    say(tour, `connector ${data.id}, status ${data.status}`);
  },
};

const authorize: Step = {
  title: 'Authorize it by OAuth: the merchant agrees on the page of the platform',
  service: 'connector-registry',
  async run(tour) {
    say(tour, `authorize address: ${tour.authUrl}`);
    for (let tries = 1; ; tries += 1) {
      const body = { auth_url: tour.authUrl, shop_id: SHOP_ID };
      await show(tour, { method: 'POST', url: `${tour.control}/control/authorize`, body }, 200, 502);
      const { data } = (
        await show<{ data: Connector }>(
          tour,
          { method: 'GET', url: api(tour, `/${tour.connectorId}`), token: tour.token },
          200,
        )
      ).body;
      if (data.status === 'connected') {
        say(tour, `${data.platform} shop "${data.shop_name}" is connected`);
        return;
      }
      if (tries === AUTHORIZE_TRIES) throw new StepFailure(`the connector is ${data.status} after the callback`);
      // A service may have been away in the middle: a fresh state begins it anew.
      await sleep(250, undefined, { signal: tour.signal });
      const again = {
        method: 'POST',
        url: api(tour, `/${tour.connectorId}/authorize`),
        token: tour.token,
        idempotencyKey: newId(),
      } as const;
      tour.authUrl = (await show<{ data: { auth_url: string } }>(tour, again, 200)).body.data.auth_url;
    }
  },
};

export const connectSteps: Step[] = [logIn, removeEarlier, makeShop, createConnector, authorize];
