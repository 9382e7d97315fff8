/** Our own drawing: a cat's head in Tmall's red. */
export const tmallIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="天猫">
  <rect width="64" height="64" rx="14" fill="#ff0036"/>
  <path d="M14 20c0-4 4-6 7-3l5 5h12l5-5c3-3 7-1 7 3v16c0 9-8 15-18 15s-18-6-18-15z" fill="#fff"/>
  <circle cx="25" cy="35" r="3.5" fill="#1f1f1f"/>
  <circle cx="39" cy="35" r="3.5" fill="#1f1f1f"/>
</svg>
`;
