/** What a toy does where there is nothing to stop. */
export function nothing(): void {}
