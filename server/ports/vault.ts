/** What seals the things that are kept: under the cell's own key, or under one of the family they belong to. MISSION B10, B11 */

/** Seals small secrets at rest: AES-256-GCM, `context` is authenticated with them. */
export interface Vault {
  seal(plain: Uint8Array, context: string): Uint8Array;
  /** Throws where the key, the bytes or the context are not those of `seal`. */
  open(sealed: Uint8Array, context: string): Uint8Array;
}

/** What each sealed value is bound to, so that none can be moved to another row. An offered `prk` is sealed as the one it will become. MISSION B10 */
export const sealContext = {
  prk: (deviceId: string): string => `prk/${deviceId}`,
  sk: (deviceId: string, sessionId: string): string => `sk/${deviceId}/${sessionId}`,
  exported: (exportId: string, number: number): string => `export/${exportId}/${number}`,
  profile: (childId: string): string => `profile/${childId}`,
  message: (turnId: string, role: string): string => `message/${turnId}/${role}`,
  credential: (id: string, version: number): string => `credential/${version}/${id}`,
  toyName: (deviceId: string): string => `toy-name/${deviceId}`,
  safetyCase: (id: string): string => `safety-case/${id}`,
  feed: (accountId: string): string => `feed/${accountId}`,
  owner: (ownerId: string, version: number): string => `owner/${version}/${ownerId}`,
};

/**
 * Seals what belongs to one family under a key of its own; destroying that key silences every copy, backups too. SAFETY S5
 * `ownerId` is the family's account, `context` the kind of record and its id: `profile/4f3a…`. No method may be called
 * inside a transaction of the database: the embedded one has a single connection.
 *
 *     const sealed = await familyVault.seal(accountId, utf8(words), `message/${messageId}`);
 */
export interface FamilyVault {
  /** Refused NOT_FOUND where the owner's key was destroyed, UNAVAILABLE where the record of keys is away. */
  seal(ownerId: string, plain: Uint8Array, context: string): Promise<Uint8Array>;
  /** The same; throws a plain error where owner, bytes or context are not those of `seal`. */
  open(ownerId: string, sealed: Uint8Array, context: string): Promise<Uint8Array>;
  /** For good. Harmless when repeated, and where there was no key yet: there will never be one. */
  destroy(ownerId: string): Promise<void>;
}

/** The first byte of all that a family vault sealed; the cell's own writes another. */
export const OWNER_FORM = 2;

/** Whether these bytes are a family vault's. */
export const isUnderOwner = (sealed: Uint8Array): boolean => sealed[0] === OWNER_FORM;

/** An owner's secret as SQL keeps it. */
export interface OwnerSecret {
  version: number;
  /** under `sealContext.owner(ownerId, version)`; undefined once it was destroyed */
  sealedSecret: Uint8Array | undefined;
}

export interface VaultOwners {
  find(ownerId: string): Promise<OwnerSecret | undefined>;
  /** Keeps what is there already, destroyed or not; answers with what is there then. */
  add(ownerId: string, sealedSecret: Uint8Array, at: number): Promise<OwnerSecret>;
  /** Erases the secret and keeps the fact, also of an owner that had none. */
  destroy(ownerId: string, at: number): Promise<void>;
}
