import { Worker } from 'node:worker_threads';
import type { RouteEntry } from './route-table.ts';

/** What a path of `/docs` answers. */
export interface Page {
  type: string;
  /** Gzipped. */
  body: Uint8Array<ArrayBuffer>;
  etag: string;
}

export type Site = Record<string, Page>;

/**
 * The pages, made when somebody first asks. A thread makes them and ends: its libraries take a second of work and more
 * memory than all the rest of the gateway may have.
 */
export function docsSite(routes: RouteEntry[]): () => Promise<Site> {
  let site: Promise<Site> | undefined;
  return () => {
    site ??= render(routes).catch((err: unknown) => {
      site = undefined;
      throw err;
    });
    return site;
  };
}

function render(routes: RouteEntry[]): Promise<Site> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('worker.ts', import.meta.url), { workerData: routes, execArgv: [] });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the thread that makes the documents ended')));
  });
}
