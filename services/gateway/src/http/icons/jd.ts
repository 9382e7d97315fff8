/** Our own drawing: a dog's head in JD's red. */
export const jdIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="京东">
  <rect width="64" height="64" rx="14" fill="#e1251b"/>
  <path d="M20 18c-8 0-10 10-8 18 1 4 5 4 6 0l3-12zM44 18c8 0 10 10 8 18-1 4-5 4-6 0l-3-12z" fill="#fff"/>
  <rect x="18" y="16" width="28" height="36" rx="14" fill="#fff"/>
  <circle cx="26" cy="30" r="3" fill="#1f1f1f"/>
  <circle cx="38" cy="30" r="3" fill="#1f1f1f"/>
  <ellipse cx="32" cy="39" rx="5" ry="3.5" fill="#1f1f1f"/>
  <path d="M27 45a6 6 0 0 0 10 0" fill="none" stroke="#e1251b" stroke-width="2.5" stroke-linecap="round"/>
</svg>
`;
