/** What a cell must do for a toy, asked of any environment as a toy and its maker would: nine checks, none of which may fail. MISSION C59 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  CODEC,
  deviceProof,
  fromHex,
  isWeakSecret,
  macKey,
  secretPrk,
  authKey,
  serverProof,
  sameBytes,
  SUITE,
  toHex,
} from "@bearlink/sdk/protocol";
import type { ClaimAnswer, ClaimAttempt } from "@bearlink/sdk/protocol";
import { nodeHash, openBear } from "@bearlink/sdk/node";
import type { Answer, TalkEvent } from "@bearlink/sdk/node";
import type { ToyFile } from "../toy-file.ts";
import type { Asked, Asker } from "./asker.ts";

export interface Check {
  name: string;
  /** What was seen; throws where it was not right. */
  run(): Promise<string>;
}

export interface Patient extends Asker {
  /** a new toy each time, which nobody knows yet */
  makeToy(): ToyFile;
  /** an origin that browsers may come from; undefined: none is expected to */
  origin: string | undefined;
}

const FIRMWARE = "0.0.0";

function must(right: boolean, what: string): void {
  if (!right) throw new Error(what);
}

/** The answer's status and code, which must be these. */
function refusedWith({ status, body }: Asked, wanted: number, code: string): string {
  const said = (body.error as { code?: string } | undefined)?.code;
  must(status === wanted && said === code, `${status} ${said ?? ""} in the place of ${wanted} ${code}`);
  return `${wanted} ${code}`;
}

interface Claim {
  attempt: ClaimAttempt;
  body: Record<string, unknown>;
  auth: ReturnType<typeof macKey>;
}

/** A challenge, and the claim that answers it. */
async function prepareClaim(patient: Patient, toy: ToyFile, boot: number): Promise<Claim> {
  const deviceNonce = new Uint8Array(randomBytes(16));
  const asked = { device_id: toy.device_id, device_nonce: toHex(deviceNonce) };
  const { status, body } = await patient.post("/api/v1/esp32/challenge", asked);
  const nonce = fromHex(body.nonce, 32);
  const sessionId = fromHex(body.session_id, 8);
  must(status === 200 && nonce !== undefined && sessionId !== undefined, `the challenge answered ${status}`);
  const prk = secretPrk(nodeHash, fromHex(toy.device_secret, 32)!);
  const auth = macKey(nodeHash, authKey(nodeHash, prk, toy.device_id));
  const attempt: ClaimAttempt = {
    deviceId: toy.device_id,
    deviceNonce,
    nonce: nonce!,
    sessionId: sessionId!,
    boot,
    seq: 0,
    firmwareVersion: FIRMWARE,
  };
  const request = {
    ...asked,
    session_id: body.session_id,
    nonce: body.nonce,
    boot,
    seq: 0,
    firmware_version: FIRMWARE,
    suite: SUITE,
    hmac_hex: toHex(deviceProof(nodeHash, auth, attempt)),
  };
  return { attempt, body: request, auth };
}

const CLAIM = "/api/v1/pair/claim";

export function serverChecks(patient: Patient): Check[] {
  let toy: ToyFile;
  let claim: Claim;

  const provision = async (): Promise<ToyFile> => {
    const made = patient.makeToy();
    const { device_id, device_secret, pairing_code } = made;
    const pairing_code_sha256 = createHash("sha256").update(pairing_code).digest("hex");
    const { status } = await patient.post("/api/v1/toys", { device_id, device_secret, pairing_code_sha256 });
    must(status === 201, `provisioning answered ${status}`);
    return made;
  };

  return [
    {
      name: "health",
      async run() {
        const { status, body } = await patient.get("/health");
        must(status === 200 && body.status === "healthy", `${status} ${String(body.status)}`);
        return "200 healthy";
      },
    },
    {
      name: "provisioning",
      async run() {
        toy = await provision();
        const secret = fromHex(toy.device_secret, 32);
        must(secret !== undefined && !isWeakSecret(secret), "the secret is not 64 hex of chance");
        return `201, a secret of 64 hex, ${toy.device_id}`;
      },
    },
    {
      name: "claim vector",
      async run() {
        const path = new URL("../../test/vectors/claim.json", import.meta.url);
        const vector = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
        const proof = deviceProof(nodeHash, macKey(nodeHash, fromHex(vector.K_auth, 32)!), {
          deviceId: vector.device_id!,
          deviceNonce: fromHex(vector.device_nonce, 16)!,
          nonce: fromHex(vector.nonce, 32)!,
          sessionId: fromHex(vector.session_id, 8)!,
          boot: Number(vector.boot),
          seq: Number(vector.seq),
          firmwareVersion: vector.firmware_version!,
        });
        must(toHex(proof) === vector.hmac_hex, "the proof is not the vector's");
        return "PROTOCOL.md §3.2 holds";
      },
    },
    {
      name: "a good claim",
      async run() {
        claim = await prepareClaim(patient, toy, 1);
        const { status, body } = await patient.post(CLAIM, claim.body);
        must(status === 200, `answered ${status}`);
        const { auth, attempt } = claim;
        const made = deviceProof(nodeHash, auth, attempt);
        const proof = serverProof(nodeHash, auth, attempt, made, body as unknown as ClaimAnswer);
        must(
          sameBytes(proof, fromHex(body.proof_hex, 32) ?? new Uint8Array(0)),
          "the server's proof does not hold",
        );
        return `200 ${String(body.state)}, and the server proves itself`;
      },
    },
    {
      name: "a replay",
      run: async () => refusedWith(await patient.post(CLAIM, claim.body), 409, "CLAIM_REPLAYED"),
    },
    {
      name: "bad requests",
      async run() {
        const wrong = await prepareClaim(patient, patient.makeToy(), 1);
        const unknown = refusedWith(await patient.post(CLAIM, wrong.body), 401, "CLAIM_REFUSED");
        const stale = await prepareClaim(patient, toy, 1);
        const old = refusedWith(await patient.post(CLAIM, stale.body), 409, "CLAIM_STALE");
        const malformed = refusedWith(
          await patient.post(CLAIM, { ...stale.body, x: 1 }),
          422,
          "INVALID_REQUEST",
        );
        return `${unknown}, ${old}, ${malformed}`;
      },
    },
    {
      name: "CORS",
      async run() {
        const stranger = await patient.get("/health", { origin: "https://stranger.invalid" });
        must(!stranger.headers.has("access-control-allow-origin"), "a stranger's page may read answers");
        if (patient.origin === undefined) return "no origin is let in; --origin names one that should be";
        const known = await patient.get("/health", { origin: patient.origin });
        const allowed = known.headers.get("access-control-allow-origin");
        must(allowed === patient.origin, `${patient.origin} is not let in`);
        return `${patient.origin} alone is let in`;
      },
    },
    { name: "a sound", run: async () => echo(patient, await provision()) },
    {
      name: "an update",
      async run() {
        const { body: choice, status } = await patient.get(`/api/v1/updates/offers/${toy.device_id}`);
        must(status === 200, `what a toy would get answered ${status}`);
        const offered = choice.version === null ? String(choice.why) : `would get ${String(choice.version)}`;
        const manifest = await patient.get("/api/v1/esp32/firmware");
        if (manifest.status === 404) return `nothing is up (${offered})`;
        const { version, url, size, sha256 } = manifest.body;
        const { bytes } = await patient.get(String(url));
        must(bytes.length === size, `${bytes.length} bytes in the place of ${String(size)}`);
        const digest = createHash("sha256").update(bytes).digest("hex");
        must(digest === sha256, "the download is not what the manifest says");
        return `${String(version)} is whole (${offered})`;
      },
    },
  ];
}

/** AUDIO frames of a reply after which it is known that sound comes back; its end may be a story away. */
const ENOUGH_FRAMES = 10;

/** A second of a tone goes up and a reply comes down; where the toy may not talk, that it is told so. */
async function echo(patient: Patient, toy: ToyFile): Promise<string> {
  const paired = await patient.post("/api/v1/dev/pair", { device_id: toy.device_id });
  const bear = await openBear({ url: patient.url, toy, play: [CODEC.U8] });
  try {
    await bear.ready();
    const samples = Int16Array.from({ length: 8_000 }, (_, i) => Math.round(6_000 * Math.sin(i / 3)));
    let frames = 0;
    const ended = await new Promise<Answer | undefined>((resolve, reject) => {
      const onEvent = ({ kind }: TalkEvent): void => {
        if (kind === "audio" && ++frames === ENOUGH_FRAMES) resolve(undefined);
      };
      bear.talk({ samples }, { onEvent }).then(resolve, reject);
    });
    const got = ended?.code ?? ended?.outcome;
    if (paired.status !== 200) {
      must(got === "NOT_PAIRED", `an unpaired toy got ${got ?? "a reply"}`);
      return "frames go both ways; an unpaired toy is not heard";
    }
    must(frames > 0, `no sound came back (${got})`);
    return `${frames} frames of sound came back`;
  } finally {
    await bear.close();
  }
}
