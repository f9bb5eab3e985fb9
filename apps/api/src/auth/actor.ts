/** @file Who is asking. */
import type { Role } from '@nabla/domain';

/** A person signed in, or an API key acting as the person who made it. */
export interface Actor {
  kind: 'session' | 'key';
  /** Id of the session or of the key. */
  credentialId: string;
  userId: string;
  userName: string;
  workspaceId: string;
  /** For a key: the lower of the key's role and its person's. */
  role: Role;
  /** What the person may do by itself, whatever the key is limited to. */
  memberRole: Role;
}
