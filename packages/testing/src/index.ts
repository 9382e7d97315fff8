export { stores, testNames } from './names.ts';
export { until } from './until.ts';
