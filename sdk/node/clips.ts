/** The clips a toy holds, made of a few tones: enough for a virtual bear, and for a first real one. PROTOCOL.md §5 */
import type { Clip } from "@bearlink/sdk/protocol";

const RATE = 8_000;
/** of full scale: under the −6.5 dBFS of PROTOCOL.md §7.5 */
const PEAK = 0.4;
/** ms over which a tone rises and falls, so that it does not click */
const EDGE_MS = 12;

/** Hz and ms of each tone; 0 Hz is silence. */
const TONES: Record<Clip, [hz: number, ms: number][]> = {
  thinking: [
    [440, 90],
    [0, 60],
    [554, 90],
    [0, 60],
    [440, 90],
  ],
  pairing: [
    [523, 120],
    [659, 120],
    [784, 180],
  ],
  paired: [
    [523, 90],
    [659, 90],
    [784, 90],
    [1047, 260],
  ],
  sorry: [
    [392, 180],
    [330, 300],
  ],
  goodbye: [
    [784, 140],
    [659, 140],
    [523, 300],
  ],
  offline: [
    [330, 160],
    [0, 80],
    [330, 160],
  ],
};

function tone(hz: number, ms: number): Int16Array {
  const out = new Int16Array((ms * RATE) / 1000);
  const edge = (EDGE_MS * RATE) / 1000;
  for (let i = 0; i < out.length; i++) {
    const envelope = Math.min(1, i / edge, (out.length - 1 - i) / edge);
    out[i] = Math.round(Math.sin((2 * Math.PI * hz * i) / RATE) * PEAK * 32_767 * envelope);
  }
  return out;
}

/** 8 kHz samples of a clip. */
export function clipSamples(clip: Clip): Int16Array {
  const pieces = TONES[clip].map(([hz, ms]) => tone(hz, ms));
  const out = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
