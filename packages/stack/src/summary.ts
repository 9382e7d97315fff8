import type { Product } from './product.ts';
import type { Stores } from './stores/open-stores.ts';

/** Where everything is, and how to begin. */
export function summary({ gateway, sandbox, control }: Product, { kafka, mongodb }: Stores, receiver: string): string {
  return `
Addresses
  API                ${gateway}
  sandbox, control   ${sandbox}  ${control}
  webhook receiver   ${receiver} (the tour's; now free for one of yours)
  Kafka              ${kafka.join(',')}
  MongoDB            ${mongodb.replace(/\/\/[^@/]*@/, '//***@')}
${welcome(gateway)}`;
}

/** Who may come in, and three calls to begin with. */
export const welcome = (gateway: string): string => `
Credentials
  tenant demo        admin@example.com, viewer@example.com   password crossdock-demo
                     client demo-client / demo-client-secret
  tenant other       admin@other.example   password crossdock-demo
                     client other-client / other-client-secret
  tenant small       admin@small.example   password crossdock-demo   (two connectors at most)
                     client small-client / small-client-secret

Try it
  TOKEN=$(curl -s ${gateway}/auth/token -d grant_type=client_credentials -d client_id=demo-client -d client_secret=demo-client-secret | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${gateway}/api/v1/connectors -H "Authorization: Bearer $TOKEN"
  curl -s ${gateway}/api/v1/connectors/types -H "Authorization: Bearer $TOKEN"
`;
