export { ALLOW_PATTERN } from './allow-list.ts';
export { type OutboundAnswer } from './exchange.ts';
export { type Blame, isOutboundError, OutboundError, type Timings } from './failure.ts';
export { createOutbound, type Outbound, type OutboundOptions, type OutboundRequest } from './outbound.ts';
export { NAME_SERVER_PATTERN, type Resolve } from './resolve.ts';
