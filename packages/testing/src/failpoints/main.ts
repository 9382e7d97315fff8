import { pathToFileURL } from 'node:url';
import { armFailpoints } from '@crossdock/kernel';
import { ordersIn } from './orders.ts';

/** A service that dies where it is ordered to: `node main.ts ORDERS ENTRY`. Everything else is the service as it is. */
const [ordersFile = '', entry = ''] = process.argv.slice(2);
const orders = ordersIn(ordersFile);
let counting = { id: '', hits: 0 };

armFailpoints((name) => {
  const order = orders.pending();
  if (order?.point !== name) return;
  if (counting.id !== order.id) counting = { id: order.id, hits: 0 };
  counting.hits += 1;
  if (counting.hits < order.hit) return;
  orders.obeyed(order);
  process.kill(process.pid, order.signal);
});

await import(pathToFileURL(entry).href);
