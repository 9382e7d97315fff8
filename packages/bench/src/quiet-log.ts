import pino from 'pino';

/** What parts of the product that run in this process say: the worst alone, so that the table stays readable. */
export const quietLog = pino({ level: 'error' });
