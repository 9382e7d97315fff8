/** Only what is used: the whole package, with `fetch` and WebSocket in it, is 8 MiB more in each process. */
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
