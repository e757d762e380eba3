/** Builds the parents' app where what is there is not of these sources; true where it did. */
export function buildWeb(options?: { log?: (line: string) => void }): Promise<boolean>;
