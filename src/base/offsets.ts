/** Offsets that must not be mixed up are different types; conversions have names. */

declare const brand: unique symbol;

/** Counts UTF-16 units, as VS Code and JavaScript strings do. */
export type Utf16Offset = number & { readonly [brand]: "utf16" };
/** Counts bytes of UTF-8, as byte-level tokenizers do. */
export type Utf8Offset = number & { readonly [brand]: "utf8" };
/** Index into the ids of one run, added tokens included. */
export type TokenIndex = number & { readonly [brand]: "token" };

/** Marks a number that is known to count UTF-16 units. */
export const utf16 = (offset: number): Utf16Offset => offset as Utf16Offset;
/** Marks a number that is known to count UTF-8 bytes. */
export const utf8 = (offset: number): Utf8Offset => offset as Utf8Offset;
/** Marks a number that is known to index tokens. */
export const tokenIndex = (index: number): TokenIndex => index as TokenIndex;
