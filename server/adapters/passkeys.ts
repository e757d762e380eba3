/** WebAuthn by @simplewebauthn: keys that stay with a person, found without a name, and only after a finger, a face or a PIN. */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { utf8 } from "@bearlink/sdk/protocol";
import { TICKET_S } from "../bounds.ts";
import type { Chance, Log, PasskeyCeremony } from "../ports.ts";

const TIMEOUT_MS = TICKET_S * 1000;
const CHALLENGE_BYTES = 32;

type Registration = Parameters<typeof verifyRegistrationResponse>[0]["response"];
type Authentication = Parameters<typeof verifyAuthenticationResponse>[0]["response"];

export function passkeyCeremony({ chance, log }: { chance: Chance; log: Log }): PasskeyCeremony {
  const newChallenge = () => new Uint8Array(chance.bytes(CHALLENGE_BYTES));

  /** The library throws whatever does not hold. */
  const orUndefined = async <T>(verifying: Promise<T>): Promise<T | undefined> => {
    try {
      return await verifying;
    } catch (error) {
      log.debug({ reason: (error as Error).message }, "a passkey did not hold");
      return undefined;
    }
  };

  return {
    async registrationOptions(site, account, known) {
      const options = await generateRegistrationOptions({
        rpName: "Bearlink",
        rpID: site.name,
        userName: account.email,
        userDisplayName: account.name,
        userID: new Uint8Array(utf8(account.id)),
        challenge: newChallenge(),
        timeout: TIMEOUT_MS,
        attestationType: "none",
        excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      });
      return { challenge: options.challenge, options };
    },

    async register(site, challenge, response) {
      const verified = await orUndefined(
        verifyRegistrationResponse({
          response: response as Registration,
          expectedChallenge: challenge,
          expectedOrigin: site.origin,
          expectedRPID: site.name,
          requireUserVerification: true,
        }),
      );
      if (!verified?.verified) return undefined;
      const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
      return { id, publicKey, counter, transports };
    },

    async signInOptions(site) {
      const options = await generateAuthenticationOptions({
        rpID: site.name,
        challenge: newChallenge(),
        timeout: TIMEOUT_MS,
        userVerification: "required",
      });
      return { challenge: options.challenge, options };
    },

    async signIn(site, challenge, response, passkey) {
      const { id, publicKey, counter, transports } = passkey;
      const verified = await orUndefined(
        verifyAuthenticationResponse({
          response: response as Authentication,
          expectedChallenge: challenge,
          expectedOrigin: site.origin,
          expectedRPID: site.name,
          requireUserVerification: true,
          credential: { id, publicKey: new Uint8Array(publicKey), counter, transports },
        }),
      );
      return verified?.verified ? { counter: verified.authenticationInfo.newCounter } : undefined;
    },
  };
}
