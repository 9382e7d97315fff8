declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** One per connection; only what the idle-timer guard touches. */
  export default class RequestQueue {
    pending: unknown[];
    scheduleCheckPendingRequests(): void;
  }
}
