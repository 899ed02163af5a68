/** A workspace with this file at its top is a first look; `npm start` puts it into its copy of the sample. */
export const firstLookMarker = ".introspect-first-look";
