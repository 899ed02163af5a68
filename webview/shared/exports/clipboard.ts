/** Putting a picture on the clipboard, which not every editor lets a page do. */

/**
 * Puts a PNG on the clipboard; false where pictures cannot be put there from here.
 * @param picture  still being drawn: the clipboard must be asked for while the click counts
 */
export async function copyPicture(picture: Promise<Blob>): Promise<boolean> {
  if (typeof ClipboardItem === "undefined" || !("clipboard" in navigator)) return false;
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return true;
  } catch {
    // What went wrong with the picture itself is told; the rest is a clipboard that takes none.
    await picture;
    return false;
  }
}
