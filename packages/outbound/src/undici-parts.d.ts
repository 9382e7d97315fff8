/** Only what is used: the whole package, with `fetch` and WebSocket in it, is 8 MiB more in each process. */
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}

declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}
