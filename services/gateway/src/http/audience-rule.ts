import { decodeJwt } from 'jose';
import type { IncomingMessage } from 'node:http';

const CLAIMED_TWICE = '/api/v1/connectors';
const CANONICAL = '/api/v1/channels/connectors';

/**
 * The path that two documents claim means channel connectors to a token of audience `channels`, commerce connectors to anyone else.
 * This reads the claim alone; the family it leads to verifies the token, and answers for a bad one as commerce would.
 */
export function rewriteByAudience({ url = '/', headers }: Pick<IncomingMessage, 'url' | 'headers'>): string {
  const [path = ''] = url.split('?', 1);
  if (path !== CLAIMED_TWICE && !path.startsWith(`${CLAIMED_TWICE}/`)) return url;
  return claimsChannels(headers.authorization) ? CANONICAL + url.slice(CLAIMED_TWICE.length) : url;
}

function claimsChannels(header = ''): boolean {
  try {
    return [decodeJwt(header.replace(/^Bearer /i, '')).aud].flat().includes('channels');
  } catch {
    return false;
  }
}
