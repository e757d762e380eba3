/** A program of one function: seals an 800-byte frame as the toy does. */
import { macKey, sealFrame } from "@bearlink/sdk/protocol";
import { hash } from "../../firmware/host/hash.ts";

const keys = { mac: macKey(hash, new Uint8Array(32).fill(1)), enc: macKey(hash, new Uint8Array(32).fill(2)) };
const frame = { type: 2, codec: 1, flags: 0, counter: 7, turn: 1, sample: 800, payload: new Uint8Array(800) };

Object.assign(global, { SEAL_FRAME: () => sealFrame(hash, keys, frame) });
