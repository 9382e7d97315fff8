import type { Handler } from './handlers.ts';
import type { Routes } from './batches.ts';

/** Handlers by full topic name and event type; two for one type would each see half a truth and are refused. */
export function routesOf(handlers: Handler[], topicPrefix: string): ReadonlyMap<string, Routes> {
  const topics = new Map<string, Map<string, Handler>>();
  for (const handler of handlers) {
    const { topic, type } = handler.definition;
    const routes = topics.get(topicPrefix + topic) ?? new Map<string, Handler>();
    if (routes.has(type)) throw new Error(`two handlers for ${type} in one consumer`);
    topics.set(topicPrefix + topic, routes.set(type, handler));
  }
  return topics;
}
