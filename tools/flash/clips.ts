/** The clips that a toy holds, as its DAC plays them: what it says where no server can. PROTOCOL.md §5 */
import { CLIPS, CODEC } from "@bearlink/sdk/protocol";
import { clipSamples, encodeSound } from "@bearlink/sdk/node";
import { CLIP_PREFIX } from "../../firmware/record.ts";
import type { StoredFile } from "./storage.ts";

/** of all clips: a toy keeps them twice while Storage is put in order, and plays each out of its memory */
export const MAX_CLIP_BYTES = 32_768;

export function clipFiles(): StoredFile[] {
  return CLIPS.map((clip) => ({ name: CLIP_PREFIX + clip, bytes: encodeSound(CODEC.U8, clipSamples(clip)) }));
}
