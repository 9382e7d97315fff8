import { recent } from '@crossdock/kernel';
import { Counter, Gauge, type Registry } from 'prom-client';

/** How far a group is behind in one partition. */
export interface Lag {
  topic: string;
  partition: number;
  events: number;
}

/** What became of the records of a topic (its full name). */
export interface EventMeter {
  handled(topic: string, events: number): void;
  retried(topic: string): void;
  buried(topic: string): void;
}

export function eventMeter(registry: Registry): EventMeter {
  const counter = (name: string, help: string) => {
    const events = new Counter({ name, help, labelNames: ['topic'], registers: [registry] });
    return (topic: string, count = 1) => events.inc({ topic }, count);
  };
  return {
    handled: counter('crossdock_events_handled_total', 'Events that their handler took, by topic'),
    retried: counter('crossdock_events_retried_total', 'Failures after which the event comes again, by topic'),
    buried: counter(
      'crossdock_events_dead_lettered_total',
      'Events put into the dead-letter topic, by their own topic',
    ),
  };
}

/** Asked of the broker when somebody scrapes; nothing while it cannot be asked. */
export function measureLag(group: string, read: () => Promise<Lag[]>, registry: Registry): void {
  const lags = recent(read);
  new Gauge({
    name: 'crossdock_events_lag',
    help: 'Events that the group has not taken yet, by topic and partition',
    labelNames: ['group', 'topic', 'partition'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { topic, partition, events } of (await lags()) ?? []) this.set({ group, topic, partition }, events);
    },
  });
}
