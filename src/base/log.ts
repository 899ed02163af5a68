/** What pure code may say to whoever runs it. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A logger that keeps silent. */
export const silentLogger: Logger = { info: () => {}, warn: () => {}, error: () => {} };
