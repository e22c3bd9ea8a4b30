/** Receives one line of progress for the user; never a secret. */
export type Progress = (line: string) => void;

export const silent: Progress = () => {};

/** Formats bytes in binary units, e.g. `312.4 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
