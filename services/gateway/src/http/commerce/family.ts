import type { Family } from '../family.ts';

/** `QUOTA_003`, `CONNECTOR_001`: codes that the document shows; any other error shows its status. */
const PRODUCT_CODE = /^[A-Z]+_\d{3}$/;

export const commerceFamily: Family = {
  name: 'commerce',
  prefix: '/api/v1',
  audience: 'commerce',
  refusal: ({ code, message, details }, status) => ({
    code: PRODUCT_CODE.test(code) ? code : status,
    message,
    data: details === undefined ? null : { errors: details },
  }),
};

export const success = <T>(data: T, message = 'success', code = 200) => ({ code, message, data });
