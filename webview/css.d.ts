/** A stylesheet import: esbuild puts it into the page's css file; there is no value. */
declare module "*.css";
