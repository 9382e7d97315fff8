import type { ServiceName } from '@crossdock/stack';
import { figure, type FigureGroup } from './figure.ts';
import { eventLoopDelay, type EventLoopDelay } from './event-loop.ts';
import type { Lab } from './lab.ts';
import { peakMemory } from './processes.ts';

const SERVICES = [
  'gateway',
  'connector-registry',
  'auth-channel',
  'shop-settings',
  'sync-orchestrator',
  'webhook-dispatcher',
] as const satisfies ServiceName[];

type Delays = Record<(typeof SERVICES)[number], EventLoopDelay | null>;

/** How each event loop did since it was asked last. */
export async function readDelays({ services }: Lab): Promise<Delays> {
  const states = services();
  const delays = await Promise.all(
    SERVICES.map(async (name) => [name, await eventLoopDelay(states[name].ops)] as const),
  );
  return Object.fromEntries(delays) as Delays;
}

/** The event loops over the measured stretches, and the most memory each process ever held. */
export function healthOf({ services, storePids }: Lab, delays: Delays[]): FigureGroup[] {
  const states = services();
  const delay = (name: (typeof SERVICES)[number], of: keyof EventLoopDelay) =>
    delays.map((each) => each[name]?.[of] ?? null);
  const peaks = SERVICES.map((name) => [name, peakMemory(states[name].pid)] as const);
  const together = peaks.reduce((sum, [, mib]) => sum + (mib ?? 0), 0);
  const storePeak = (pid: number | null) => (pid === null ? null : peakMemory(pid));
  return [
    {
      title: 'Event-loop delay (P16)',
      figures: SERVICES.flatMap((name) => [
        figure(`${name} p99`, 'ms', delay(name, 'p99Ms'), { atMost: 20 }),
        figure(`${name} max`, 'ms', delay(name, 'maxMs'), { atMost: 100 }),
      ]),
    },
    {
      title: 'Peak memory (P18)',
      figures: [
        ...peaks.map(([name, mib]) => figure(name, 'MiB', [mib], { atMost: 200 })),
        figure('six services', 'MiB', [together], { atMost: 900 }),
        figure('mongod', 'MiB', [storePeak(storePids.mongod)]),
        figure('kafka', 'MiB', [storePeak(storePids.kafka)]),
      ],
    },
  ];
}
