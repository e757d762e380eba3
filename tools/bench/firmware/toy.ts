/** The toy of the bench: its name, its topics, the size of its frames. */
export const DEVICE_ID = "bear-7q2m9xk4d8wr3hbn";
export const UP_TOPIC = "bear/bear-7q2m9xk4d8wr3hbn/up";
export const DOWN_TOPIC = "bear/bear-7q2m9xk4d8wr3hbn/down";
/** of a frame of 100 ms */
export const SAMPLES = 800;

export function nothing(): void {}

/** What a bench does not measure of a toy's power. */
export const power = { reboot: nothing, sleep: nothing, reset: nothing };
