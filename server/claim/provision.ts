/** The only way a toy comes to exist: its secret, made on the flashing host, is taken once and sealed. PROTOCOL.md §2 */
import { fromHex, isWeakSecret, SECRET_BYTES, secretPrk } from "@bearlink/sdk/protocol";
import type { Hash } from "@bearlink/sdk/protocol";
import { orUnavailable, Refusal } from "../errors.ts";
import { sealContext } from "../ports.ts";
import type { Clock, Toys, Vault } from "../ports.ts";

export interface ProvisionRequest {
  device_id: string;
  /** 64 hex */
  device_secret: string;
  /** 64 hex */
  pairing_code_sha256: string;
}

export interface ProvisionPorts {
  toys: Toys;
  vault: Vault;
  hash: Hash;
  clock: Clock;
}

/** Throws the Refusals INVALID_REQUEST (a weak secret), TOY_EXISTS and UNAVAILABLE. */
export async function provision(
  ports: ProvisionPorts,
  request: ProvisionRequest,
  by: { actor: string; address: string },
): Promise<void> {
  const { device_id: deviceId } = request;
  const secret = fromHex(request.device_secret, SECRET_BYTES)!;
  // isWeakSecret knows the published ones too: the test vectors' is a count
  if (isWeakSecret(secret))
    throw new Refusal("INVALID_REQUEST", { path: "device_secret", problem: "weak secret" });
  const toy = {
    deviceId,
    sealedPrk: ports.vault.seal(secretPrk(ports.hash, secret), sealContext.prk(deviceId)),
    pairingCodeHash: fromHex(request.pairing_code_sha256, 32)!,
  };
  const entry = { at: ports.clock.now(), action: "toy_provisioned", outcome: "success" } as const;
  if (!(await orUnavailable(ports.toys.add(toy, { ...entry, resource: deviceId, ...by }))))
    throw new Refusal("TOY_EXISTS");
}
