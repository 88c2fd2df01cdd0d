import type { Role, Scope } from '@agion/wire';

/** What a user's own programs sign in as. */
export interface ServiceAccount {
  id: string;
  name: string;
  role: Role;
  /** null: all that its role usually reaches. */
  scopes: Scope[] | null;
  createdBy: string;
  createdAt: Date;
  /** Its tokens that are valid now, the oldest first. */
  tokens: LivingToken[];
}

export interface LivingToken {
  keyId: string;
  /** As Postgres writes instants into JSON. */
  createdAt: string;
  expiresAt: string | null;
}
