/** A stage is one step of sound on its way: samples in, and out as many as are ready. */

export interface Stage {
  /** Samples within ±1; the answer holds until the next call. */
  push(samples: Float32Array): Float32Array;
  /** What was held back; once, at the end. */
  flush(): Float32Array;
}

export const NO_SAMPLES = new Float32Array(0);

/** An array that a stage uses again and again; it grows to the largest chunk seen. */
export function scratch(): (length: number) => Float32Array {
  let array = NO_SAMPLES;
  return (length) => {
    if (array.length < length) array = new Float32Array(Math.max(length, 2 * array.length));
    return array.subarray(0, length);
  };
}

/** Bytes through a decoder, stages and an encoder, at once. */
export function chain(
  decode: (bytes: Uint8Array) => Float32Array,
  stages: readonly Stage[],
  encode: (samples: Float32Array) => Uint8Array,
  emit: (bytes: Uint8Array) => void,
): { push(bytes: Uint8Array): void; flush(): void } {
  const run = (first: Float32Array, from: number) => {
    const last = stages.slice(from).reduce((samples, stage) => stage.push(samples), first);
    if (last.length > 0) emit(encode(last));
  };
  return {
    push: (bytes) => run(decode(bytes), 0),
    flush: () => stages.forEach((stage, i) => run(stage.flush(), i + 1)),
  };
}
