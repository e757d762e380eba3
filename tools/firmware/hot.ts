/** The functions that every frame of sound passes through: they stay ready at the top, whatever they cost in variables. */
export const hot: ReadonlySet<string> = new Set([]);
