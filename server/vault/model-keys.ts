/** The key that a model is asked with: the family's, else the tenant's, else the platform's; and what is told where it is refused. MISSION B09, A18 */
import { CREDENTIAL_LOOK_MS, MAX_HELD_CREDENTIALS, PROVIDER_NOTICE_MS } from "../bounds.ts";
import { ModelError, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type {
  Bus,
  Clock,
  CredentialNotices,
  Credentials,
  FamilyVault,
  ModelFault,
  ModelKeys,
  Provider,
  SealedCredential,
} from "../ports.ts";
import { boundedCache } from "./cache.ts";
import { CREDENTIALS_CHANGED } from "./credentials.ts";

export interface ModelKeyPorts {
  credentials: Credentials;
  familyVault: FamilyVault;
  notices: CredentialNotices;
  bus: Bus;
  clock: Clock;
}

interface Held {
  accountId: string | undefined;
  credential: SealedCredential | undefined;
  /** the value, and the one before it */
  value: string | undefined;
  former: string | undefined;
}

/** what a family is told of a service to which nobody brings a key */
const UNNAMED: Provider = "openai_compatible";

/** faults that a key is to blame for */
const KEY_FAULTS: readonly ModelFault[] = ["auth", "budget"];

/**
 * `keysOf` a child asks the record once in a while, at the turn's own time. `start` hears of changes on other cells.
 *
 *     const { values } = await keysOf(childId)("openrouter");
 */
export function createModelKeys(ports: ModelKeyPorts): {
  keysOf(childId: string): ModelKeys;
  start(): Promise<() => Promise<void>>;
} {
  const { credentials, familyVault, notices, bus, clock } = ports;
  const held = boundedCache<Held>(clock, { most: MAX_HELD_CREDENTIALS, ms: CREDENTIAL_LOOK_MS });

  async function look(childId: string, provider: Provider | undefined): Promise<Held> {
    // whose child it is, is told with any
    const found = await credentials.serving(childId, provider ?? UNNAMED, clock.now());
    const credential = provider && found?.credential;
    const accountId = found?.accountId;
    if (!credential) return { accountId, credential, value: undefined, former: undefined };
    const { sealedValue, sealedFormer, version } = credential;
    return {
      accountId,
      credential,
      value: await opened(credential, sealedValue, version),
      former: sealedFormer && (await opened(credential, sealedFormer, version - 1)),
    };
  }

  async function opened(
    { ownerId, id }: SealedCredential,
    sealed: Uint8Array,
    version: number,
  ): Promise<string> {
    const bytes = await familyVault.open(ownerId, sealed, sealContext.credential(id, version));
    return new TextDecoder().decode(bytes);
  }

  function refused({ accountId, credential }: Held, provider: Provider, fault: ModelFault): void {
    if (!KEY_FAULTS.includes(fault)) return;
    const now = clock.now();
    const own = credential !== undefined && credential.ownerId === accountId;
    if (credential)
      void credentials.markFailing(credential.id, credential.version, now).catch(() => undefined);
    if (accountId === undefined) return;
    // once a day for each version: the next bad turn says nothing new
    const key = [
      provider,
      credential?.id ?? "",
      credential?.version ?? 0,
      Math.floor(now / PROVIDER_NOTICE_MS),
    ];
    notices.raiseSoon({
      accountId,
      kind: "provider_failing",
      dedupeKey: `provider_failing/${accountId}/${key.join("/")}`,
      details: { provider, fault, whose: own ? "family" : "operator" },
    });
  }

  return {
    keysOf: (childId) => async (provider) => {
      let found: Held;
      try {
        found = await held.get(`${childId}/${provider ?? ""}`, () => look(childId, provider));
      } catch (error) {
        // of a family that is being deleted, or a record that is away: asked with nobody's key
        throw new ModelError(error instanceof Refusal && error.code === "NOT_FOUND" ? "auth" : "away");
      }
      const { value, former, credential } = found;
      const overlaps = credential?.overlapUntil !== undefined && credential.overlapUntil > clock.now();
      const values = value === undefined ? [] : former !== undefined && overlaps ? [value, former] : [value];
      return { values, refused: (fault) => refused(found, provider ?? UNNAMED, fault) };
    },

    // an owner's children are not known here: all is asked for again
    start: () => bus.subscribe(CREDENTIALS_CHANGED, held.clear, held.clear),
  };
}
