/** Words for which token a number is about. */
import type { About } from "../../src/protocol/model";

/** The word before a token: a number about the next token stands after it, one about itself on it. */
export const besideToken = (about: About): string => (about === "next" ? "after" : "on");

/** For captions: what the numbers of a picture are about. */
export const aboutToken = (about: About): string =>
  about === "next" ? "about the next token" : "about the token itself";
