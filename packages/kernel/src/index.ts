export * from './app-error.ts';
export * from './canonical-json.ts';
export * from './clock.ts';
export * from './ids.ts';
export * from './part.ts';
export * from './platform-error.ts';
export * from './trace.ts';
