/** What a route asks of its caller; every route names one or is public. */
export const PERMISSIONS = [
  'connectors:read',
  'connectors:write',
  'sync:read',
  'sync:write',
  'webhooks:read',
  'webhooks:write',
  'shops:read',
  'shops:write',
  'channels:read',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const GRANTS: Record<string, (permission: Permission) => boolean> = {
  admin: () => true,
  viewer: (permission) => permission.endsWith(':read'),
};

/** A role nobody knows may do nothing. */
export const may = (role: string, permission: Permission): boolean => GRANTS[role]?.(permission) ?? false;
