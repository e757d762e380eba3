/** Who keeps the key above all others, and the master keys as it wrapped them. MISSION B10, B13 */

/** A key that never leaves its place, and wraps our master keys there. */
export interface Kms {
  /** provider and key, and nothing of the key itself: stands beside what it wrapped */
  readonly kek: string;
  wrap(plain: Uint8Array): Promise<Uint8Array>;
  /** Rejects where these bytes are not of its `wrap`, or where it is away; the message holds no secret. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

export interface WrappedMaster {
  /** 1, 2, …: the newest seals, all open */
  version: number;
  kek: string;
  wrapped: Uint8Array;
}

export interface VaultMasters {
  /** Newest first. */
  list(): Promise<WrappedMaster[]>;
  /** Keeps the one that is there. */
  add(master: WrappedMaster, at: number): Promise<void>;
  /** false where it is no longer wrapped as it was */
  replace(former: WrappedMaster, next: Pick<WrappedMaster, "kek" | "wrapped">): Promise<boolean>;
}

export interface SealedRow {
  id: string;
  /** the family's account, where there is one */
  ownerId: string | undefined;
  /** of an owner's secret; 1 elsewhere */
  version: number;
  sealed: Uint8Array;
}

/** A column of values that the cell's own vault sealed, or once did. */
export interface SealedColumn {
  name: "prk" | "next_prk" | "owner" | "profile" | "safety_case";
  /** In the order of their ids, beginning after one; "" is before them all. */
  page(after: string, most: number): Promise<SealedRow[]>;
  /** One conditional update: false where the value is no longer what it was. */
  replace(id: string, former: Uint8Array, next: Uint8Array): Promise<boolean>;
}
