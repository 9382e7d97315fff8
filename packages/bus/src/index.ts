export { createBus, type Bus, type BusOptions } from './bus.ts';
export { on, onBatch, type Handler } from './handlers.ts';
