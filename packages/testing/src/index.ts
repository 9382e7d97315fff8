export { receiver, type Answer, type Received, type Receiver } from '@crossdock/stack/receiver';
export type { KafkaRecord } from '@crossdock/stack/records';
export { until } from '@crossdock/stack/until';
export { isFullChaos } from './full-chaos.ts';
export { stores, testNames } from './names.ts';
export { recordsOf } from './records-of.ts';
export { startStack, type TestStack } from './start-stack.ts';
