/** The names the control port knows, and the gateway each is played by. */
export const GATEWAY_OF = { tmall: 'taobao', taobao: 'taobao' } as const;

export type PlatformName = keyof typeof GATEWAY_OF;
export type Gateway = (typeof GATEWAY_OF)[PlatformName];

export const PLATFORM_NAMES = Object.keys(GATEWAY_OF) as PlatformName[];

export const isPlatformName = (name: string): name is PlatformName => Object.hasOwn(GATEWAY_OF, name);
