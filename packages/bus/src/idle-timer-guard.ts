import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * kafkajs re-arms a 1 ms timer per connection even when no request waits: 2.5 % of a core per idle client, and
 * negative timeouts on Node 24. A request that has to wait schedules its own check, so an empty queue needs none.
 */
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function guarded() {
  if (this.pending.length > 0) schedule.call(this);
};
