import { replaceFile } from './files.ts';
import type { Product } from './product.ts';

/** Tells programs outside where everything is; a service that is just starting again has no process for a moment. */
export function writeStackFile(file: string, product: Product, stores: { kafka: string[]; mongodb: string }): void {
  const { gateway, sandbox, control } = product;
  const content = {
    kafka: stores.kafka.join(','),
    mongodb: stores.mongodb,
    gateway,
    sandbox,
    control,
    services: product.services(),
  };
  replaceFile(file, `${JSON.stringify(content)}\n`);
}
