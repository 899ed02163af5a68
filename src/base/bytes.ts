/** Numbers of bytes, and of parameters, in words. */

/** Bytes in words: 3.2 GB. */
export function inWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 999.5e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A number of parameters in words: 124 M. */
export function parametersInWords(parameters: number): string {
  if (parameters < 1e6) return `${Math.ceil(parameters / 1e3)} k`;
  return parameters < 999.5e6 ? `${(parameters / 1e6).toFixed(0)} M` : `${(parameters / 1e9).toFixed(1)} B`;
}
