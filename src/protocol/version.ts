/** The version of the method maps; raised when a change would make an older other side misread a message. */
export const protocolVersion = "1";
