import { expect, test } from '@jest/globals';
import { freePort } from './ports.ts';
import { freePorts, portsOf } from './product-ports.ts';

test('a variable moves its port, and what is no port is refused by the name of the variable', async () => {
  const free = await freePorts();
  const env = {
    GATEWAY_PORT: String(free.gateway),
    GATEWAY_OPS_PORT: String(free.gatewayOps),
    SANDBOX_PORT: String(free.sandbox),
    SANDBOX_OPS_PORT: String(free.sandboxOps),
    CONTROL_PORT: String(free.control),
    RECEIVER_PORT: String(free.receiver),
    REGISTRY_PORT: String(free.registry),
    AUTH_PORT: String(free.auth),
    SHOPS_PORT: String(free.shops),
    ORCHESTRATOR_PORT: String(free.orchestrator),
    DISPATCHER_PORT: String(free.dispatcher),
  };
  expect(await portsOf(env)).toEqual(free);
  await expect(portsOf({ ...env, AUTH_PORT: 'http' })).rejects.toThrow(
    'AUTH_PORT is wrong: it should be a port from 1 to 65435.',
  );
  await expect(portsOf({ ...env, AUTH_PORT: '70000' })).rejects.toThrow('AUTH_PORT is wrong');
  expect(await freePort()).not.toBe(free.gateway);
});
