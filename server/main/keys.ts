/** What `bear keys` does with the record where no cell is asked: whoever has the database makes the first key of production. */
import { z } from "zod";
import { Refusal } from "../errors.ts";
import { listKeys, makeKey, revokeKey } from "../keys/desk.ts";
import type { KeyMaker, KeyPorts } from "../keys/desk.ts";
import { SCOPES } from "../ports.ts";
import { tellKey } from "../routes/keys.ts";

export interface OfflineKeys {
  /** As the routes answer; they throw the same Refusals. */
  create(wish: { name: string; scopes: string[]; expires_in_days: number }): Promise<Record<string, unknown>>;
  list(): Promise<{ keys: object[] }>;
  revoke(id: string): Promise<void>;
}

const scopes = z.array(z.enum(SCOPES)).min(1);
/** in the place of the cell's own key */
const HAND: KeyMaker = {
  ...{ kind: "developer", keyId: "bear", scopes: SCOPES, expiresAt: undefined },
  ...{ address: "local", device: "bear keys" },
};

export function offlineKeys(ports: KeyPorts): OfflineKeys {
  return {
    async create({ name, scopes: asked, expires_in_days: days }) {
      const known = scopes.safeParse(asked);
      if (!known.success) throw new Refusal("INVALID_REQUEST", { path: "scopes", problem: "no such scope" });
      const { key, made } = await makeKey(ports, HAND, { name, scopes: known.data, days });
      return { ...tellKey(made), key };
    },
    list: async () => ({ keys: (await listKeys(ports, HAND)).map(tellKey) }),
    revoke: (id) => revokeKey(ports, HAND, id),
  };
}
