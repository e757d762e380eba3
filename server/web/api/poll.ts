/** How often the app asks again for what is not told it: seldom enough that two waiting screens of a family stay far within the smallest tier. */

/** ms between two looks */
export const POLL_MS = 5_000;
