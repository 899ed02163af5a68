/** Lets what waits in the extension host come first. */
export const otherWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
