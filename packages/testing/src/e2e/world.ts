import { sandboxControl, type SandboxControl } from '@crossdock/sandbox';
import { receiver, type Receiver } from '@crossdock/stack/receiver';
import { startStack, type TestStack } from '../start-stack.ts';
import { logIn, type User } from './users.ts';

/** The whole product and everybody around it: the platform, those who call us, and who waits for our webhooks. */
export interface World extends AsyncDisposable {
  stack: TestStack;
  platform: SandboxControl;
  webhooks: Receiver;
  admin: User;
  viewer: User;
  /** The admins of two other tenants. */
  other: User;
  small: User;
}

export async function startWorld(env: NodeJS.ProcessEnv = {}): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const webhooks = starting.use(await receiver());
  const stack = starting.use(await startStack({ env }));
  const [admin, viewer, other, small] = await Promise.all([
    logIn(stack.gateway, 'admin@example.com'),
    logIn(stack.gateway, 'viewer@example.com'),
    logIn(stack.gateway, 'admin@other.example'),
    logIn(stack.gateway, 'admin@small.example'),
  ]);
  const all = starting.move();
  return {
    stack,
    platform: sandboxControl(stack.control),
    webhooks,
    admin,
    viewer,
    other,
    small,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
