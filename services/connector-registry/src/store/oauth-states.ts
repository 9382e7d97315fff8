import { type Connection, type Model, Schema } from 'mongoose';
import type { AuthorizationOutcome, OauthState } from '../domain/oauth-state.ts';

interface StateRow extends Omit<OauthState, 'id'> {
  _id: string;
}

/** Answers replays this long after the end, then forgets. */
const KEPT_SECONDS = 24 * 3_600;

const schema = new Schema<StateRow>(
  {
    _id: String,
    tenant: { type: String, required: true },
    connectorId: { type: String, required: true },
    platform: { type: String, required: true },
    configVersion: { type: Number, required: true },
    actor: { type: String, default: '' },
    status: { type: String, required: true },
    outcome: { type: String, default: null },
    leaseUntil: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false },
);
schema.index({ expiresAt: 1 }, { name: 'forgotten', expireAfterSeconds: KEPT_SECONDS });

export function oauthStateStore(db: Connection) {
  const rows: Model<StateRow> = db.model<StateRow>('OauthState', schema, 'oauth_states');
  return {
    model: rows,

    async create({ id, ...state }: OauthState): Promise<void> {
      await rows.create({ _id: id, ...state });
    },

    async get(id: string): Promise<OauthState | null> {
      const row = await rows.findById(id).lean();
      if (row === null) return null;
      const { _id, ...state } = row;
      return { id: _id, ...state };
    },

    /** True for the one who may now use the code. */
    async claim(id: string, now: Date, leaseUntil: Date): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, status: 'issued', expiresAt: { $gt: now } },
        { $set: { status: 'exchanging', leaseUntil } },
      );
      return matchedCount === 1;
    },

    /** The first outcome stands; answers the one that does. */
    async finish(id: string, outcome: AuthorizationOutcome): Promise<AuthorizationOutcome> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, status: { $ne: 'done' } },
        { $set: { status: 'done', outcome, leaseUntil: null } },
      );
      if (matchedCount === 1) return outcome;
      return (await rows.findById(id, { outcome: 1 }).lean())?.outcome ?? outcome;
    },
  };
}

export type OauthStateStore = ReturnType<typeof oauthStateStore>;
