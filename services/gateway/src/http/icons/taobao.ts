/** Our own drawing: a smiling shopping bag in Taobao's orange. */
export const taobaoIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="淘宝">
  <rect width="64" height="64" rx="14" fill="#ff5000"/>
  <path d="M16 24h32l3 24a4 4 0 0 1-4 4H17a4 4 0 0 1-4-4z" fill="#fff"/>
  <path d="M23 30v-8a9 9 0 0 1 18 0v8" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round"/>
  <path d="M23 36a9 9 0 0 0 18 0" fill="none" stroke="#ff5000" stroke-width="4" stroke-linecap="round"/>
</svg>
`;
