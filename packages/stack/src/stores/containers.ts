import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { GenericContainer } from 'testcontainers';
import { isAbandoned } from '../run-directory.ts';
import type { Engine } from './docker-engine.ts';

const LABEL = 'crossdock.run';
const LOOPBACK = '127.0.0.1';

/** Whom a container of this folder belongs to: several copies of the project, and several machines, may share an engine. */
const ownerOf = (folder: string): string => `${hostname()}:${folder}`;

/** A container of the folder's, to be described and started. */
export function containerOf(folder: string, image: string, { testcontainers, host }: Engine): GenericContainer {
  class Ours extends testcontainers.GenericContainer {
    /** The stores ask nobody for a password: where the engine is this machine's, they hear this machine alone. */
    protected override async beforeContainerCreated(): Promise<void> {
      if (host !== LOOPBACK) return;
      const bindings = Object.values((this.hostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>);
      for (const binding of bindings.flat()) binding.HostIp = LOOPBACK;
    }
  }
  return new Ours(image).withLabels({ [LABEL]: ownerOf(folder) });
}

/** Ends the containers of the folder; without a grace time also those that killed runs of this machine left. */
export async function clearContainers(folder: string, { client }: Engine, graceSeconds = 0): Promise<void> {
  const { dockerode } = client.container;
  const prefix = ownerOf('');
  const ours = (owner = '') =>
    owner === ownerOf(folder) ||
    (graceSeconds === 0 && owner.startsWith(prefix) && isAbandoned(owner.slice(prefix.length)));
  const all = await dockerode.listContainers({ all: true, filters: { label: [LABEL] } });
  const ending = all.filter(({ Labels }) => ours(Labels[LABEL]));
  await Promise.all(
    ending.map(async ({ Id }) => {
      const container = dockerode.getContainer(Id);
      if (graceSeconds > 0) await container.stop({ t: graceSeconds }).catch(ignoring(304, 404));
      await container.remove({ force: true, v: true }).catch(ignoring(404, 409));
    }),
  );
}

/** The volume in which the folder keeps the data of one store. */
export const volumeOf = (folder: string, store: string): string =>
  `crossdock-${createHash('sha256').update(folder).digest('hex').slice(0, 8)}-${store}`;

export async function removeVolume(name: string, { client }: Engine): Promise<void> {
  await client.container.dockerode.getVolume(name).remove().catch(ignoring(404));
}

/** It is stopped, gone, or being removed by somebody else. */
const ignoring =
  (...statuses: number[]) =>
  (err: { statusCode?: number }): void => {
    if (err.statusCode === undefined || !statuses.includes(err.statusCode)) throw err;
  };
