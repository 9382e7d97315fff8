export { receiver, type Answer, type Received, type Receiver } from '@crossdock/stack/receiver';
export type { KafkaRecord } from '@crossdock/stack/records';
export { stores, testNames } from './names.ts';
export { recordsOf } from './records-of.ts';
export { until } from '@crossdock/stack/until';
