/** Our own drawing: a heart put together from four pieces, in Pinduoduo's red. */
export const pddIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="拼多多">
  <rect width="64" height="64" rx="14" fill="#e02e24"/>
  <path d="M32 52 14 34a10.5 10.5 0 0 1 0-15 10.5 10.5 0 0 1 15 0l3 3 3-3a10.5 10.5 0 0 1 15 15z" fill="#fff"/>
  <path d="M32 20v34M12 32h40" stroke="#e02e24" stroke-width="3"/>
</svg>
`;
