import { adapterContract } from './adapter-contract.ts';
import { type Entity, taobaoWorld } from './taobao-world.ts';

for (const platform of ['tmall', 'taobao'] as const) {
  for (const entity of ['products', 'orders', 'inventory', 'reviews'] satisfies Entity[]) {
    adapterContract(`${platform} ${entity}`, () => taobaoWorld(platform, entity));
  }
}
