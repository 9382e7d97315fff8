import { HOSTILE_KINDS, hostileReceiver } from '@crossdock/testing';

/** A receiver of every hostile kind, in a process whose troubles are not those of the healthy ones; it ends with its parent. */
const receivers = await Promise.all(HOSTILE_KINDS.map(hostileReceiver));
process.on('disconnect', () => process.exit());
process.send?.(receivers.map(({ kind, url }) => ({ kind, url })));
