import { parentPort, workerData } from 'node:worker_threads';
import { renderSite } from './render-site.ts';
import type { RouteEntry } from './route-table.ts';

parentPort?.postMessage(await renderSite(workerData as RouteEntry[]));
