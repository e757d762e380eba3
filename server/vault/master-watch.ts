/** A cell that runs learns of a master key that was added: it opens what that one sealed at once, and seals under it when the other cells have learned of it too. MISSION B12 */
import { MASTERS_MS, MASTERS_SETTLE_MS } from "../bounds.ts";
import { StartError } from "../errors.ts";
import type { Clock, Log, VaultMasters } from "../ports.ts";
import { unwrapped } from "./masters.ts";
import type { KmsRing, Master } from "./masters.ts";
import type { SealingVault } from "./seal.ts";

export interface WatchedVault {
  vault: SealingVault;
  kmsRing: KmsRing;
  /** that the vault holds, newest first */
  masterKeys: readonly [Master, ...Master[]];
  /** keys beside them that still open */
  handed: readonly Uint8Array[];
}

export interface MasterWatch {
  /** Whether the settings lack the key that a master key is wrapped under. */
  lacksKey(): boolean;
  stop(): Promise<void>;
}

/** looks after which a new key seals */
const SETTLED = MASTERS_SETTLE_MS / MASTERS_MS;

export function watchMasters(
  { masters, clock, log }: { masters: VaultMasters; clock: Clock; log: Log },
  { vault, kmsRing, masterKeys, handed }: WatchedVault,
): MasterWatch {
  let held = masterKeys.map((master) => ({ ...master, looks: SETTLED }));
  let locked = false;
  let stopped = false;
  let cancel = (): void => {};
  let looking = Promise.resolve();

  async function learn(): Promise<void> {
    const known = new Set(held.map(({ version }) => version));
    const rows = (await masters.list()).filter(({ version }) => !known.has(version));
    const learned = await unwrapped(rows, kmsRing);
    if (learned.length > 0) log.info({ version: learned[0]!.version }, "a master key was added");
    held = [...learned.map((master) => ({ ...master, looks: 0 })), ...held];
  }

  async function look(): Promise<void> {
    for (const master of held) master.looks++;
    try {
      await learn();
      locked = false;
    } catch (error) {
      if (!(error instanceof StartError)) log.warn({ error }, "the master keys could not be read");
      else if (!locked)
        log.error(
          { error },
          "a master key was added that this cell cannot unwrap: start it anew with the settings of the others; " +
            "until then what that key seals is unavailable here",
        );
      locked ||= error instanceof StartError;
    }
    const current = held.find(({ looks }) => looks >= SETTLED)!;
    const others = held.filter((master) => master !== current).map(({ key }) => key);
    vault.change({ masterKey: current.key, formerKeys: [...others, ...handed] });
    if (!stopped) cancel = clock.after(MASTERS_MS, again);
  }
  function again(): void {
    looking = look();
  }
  cancel = clock.after(MASTERS_MS, again);

  return {
    lacksKey: () => locked,
    async stop() {
      stopped = true;
      cancel();
      await looking;
    },
  };
}
