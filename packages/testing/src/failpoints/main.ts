import { pathToFileURL } from 'node:url';
import { armFailpoints } from '@crossdock/kernel';
import { ordersIn, type Order } from './orders.ts';

/** Within the shortest lease, that of a task which nobody fenced yet. */
const FOR_THE_OTHERS_MS = 3_000;
/** For the first one of the point that decides. */
const FOR_ANYBODY_MS = 20_000;

/** A service that dies where it is ordered to: `node main.ts ORDERS ENTRY`. Everything else is the service as it is. */
const [ordersFile = '', entry = ''] = process.argv.slice(2);
const orders = ordersIn(ordersFile);
let current = '';
let passed: Record<string, number> = {};
let stood: Record<string, number> = {};
let patience: NodeJS.Timeout | undefined;

function die(order: Order): void {
  clearTimeout(patience);
  orders.obeyed(order, stood);
  process.kill(process.pid, order.signal);
}

armFailpoints((name) => {
  const order = orders.pending();
  const place = order?.stands.findIndex(({ point }) => point === name) ?? -1;
  if (order === null || place < 0) return undefined;
  if (current !== order.id) [current, passed, stood] = [order.id, {}, {}];
  const { hit, count } = order.stands[place]!;
  passed[name] = (passed[name] ?? 0) + 1;
  if (passed[name] < hit || (stood[name] ?? 0) >= count) return undefined;
  stood[name] = (stood[name] ?? 0) + 1;
  const isComplete = order.stands.every((each) => stood[each.point] === each.count);
  if (isComplete) die(order);
  else if (place === 0 || patience === undefined) {
    clearTimeout(patience);
    patience = setTimeout(() => die(order), place === 0 ? FOR_THE_OTHERS_MS : FOR_ANYBODY_MS);
  }
  // Stands here until it dies; who was only stopped goes on.
  return isComplete ? undefined : new Promise<void>(() => undefined);
});

await import(pathToFileURL(entry).href);
