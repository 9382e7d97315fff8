/** Our own drawing: a note with a cyan and a red shadow on black, as in Douyin's colours. */
export const douyinIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="抖音电商">
  <rect width="64" height="64" rx="14" fill="#161823"/>
  <g fill="none" stroke-width="6" stroke-linecap="round">
    <path d="M34 14v25a9 9 0 1 1-9-9M34 14c1 7 6 11 12 12" stroke="#25f4ee" transform="translate(-2 -1)"/>
    <path d="M34 14v25a9 9 0 1 1-9-9M34 14c1 7 6 11 12 12" stroke="#fe2c55" transform="translate(2 1)"/>
    <path d="M34 14v25a9 9 0 1 1-9-9M34 14c1 7 6 11 12 12" stroke="#fff"/>
  </g>
</svg>
`;
