/** Errors of downloads, and the sentences for what a network or a disk says. */
import { CodedError } from "../base/errors";

/** Codes of errors of a download. */
export type DownloadErrorCode =
  | "download-endpoint"
  | "download-offline"
  | "download-missing"
  | "download-gated"
  | "download-refused"
  | "download-cut-off"
  | "download-timeout"
  | "download-certificate"
  | "download-redirects"
  | "download-hash"
  | "download-size"
  | "download-exists"
  | "download-running"
  | "download-unwritable"
  | "no-space"
  | "not-downloaded";

/** A download that did not come to its end, with what to do about it. */
export class DownloadError extends CodedError<DownloadErrorCode> {}

/** What has come is kept, so the same request goes on from there. */
export const goOn = "What has come is kept: start the download again to go on from there.";

const offline = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "EADDRNOTAVAIL",
  "ENETDOWN",
]);
const cutOff = new Set([
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "HPE_INVALID_EOF_STATE",
]);
const certificate = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL_|EPROTO$)/;

/** Whether it may go better at once: the connection broke, or the server took too long. */
export function isPassing(error: unknown): boolean {
  return error instanceof DownloadError && ["download-cut-off", "download-timeout"].includes(error.code);
}

/** What a failed connection, read or write means; errors that are coded stay as they are. */
export function asDownloadError(thrown: unknown, host: string): unknown {
  if (thrown instanceof CodedError) return thrown;
  const code = codeOf(thrown);
  const facts = { cause: thrown, details: { host, code } };
  if (offline.has(code)) {
    return new DownloadError("download-offline", `${host} cannot be reached (${code}).`, {
      ...facts,
      next: "Check the connection and the proxy setting (http.proxy, or HTTPS_PROXY on the command line), then try again.",
    });
  }
  if (code === "ETIMEDOUT" || code === "ESOCKETTIMEDOUT") return timedOut(host);
  if (cutOff.has(code)) {
    return new DownloadError("download-cut-off", `The connection to ${host} broke off.`, {
      ...facts,
      next: goOn,
    });
  }
  if (certificate.test(code)) {
    return new DownloadError("download-certificate", `The certificate of ${host} is not trusted (${code}).`, {
      ...facts,
      next: "Behind a proxy with a certificate of its own, add that to the system (on the command line NODE_EXTRA_CA_CERTS=FILE).",
    });
  }
  return thrown;
}

/** What a failed write means. */
export function asWriteError(thrown: unknown, folder: string): unknown {
  if (thrown instanceof CodedError) return thrown;
  const code = codeOf(thrown);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new DownloadError("no-space", `The disk of ${folder} is full.`, {
      next: `Free some space. ${goOn}`,
      cause: thrown,
      details: { folder },
    });
  }
  if (["EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "EEXIST", "EBUSY", "ENOTEMPTY"].includes(code)) {
    return new DownloadError("download-unwritable", `${folder} cannot be written (${code}).`, {
      next: "Check that you may write there, or choose another folder (--to on the command line).",
      cause: thrown,
      details: { folder },
    });
  }
  return thrown;
}

/** The server took too long. */
export function timedOut(host: string): DownloadError {
  return new DownloadError("download-timeout", `${host} did not answer in time.`, { next: goOn });
}

/** What an answer other than the file means. */
export function statusError(status: number, { name, host }: { name: string; host: string }): DownloadError {
  const details = { status, host, name };
  if (status === 401 || status === 403) {
    return new DownloadError("download-gated", `${host} does not give ${name} to everyone (${status}).`, {
      next: "Its owner asks for an account or an agreement: download it with Hugging Face's own tools; it is listed here then.",
      details,
    });
  }
  if (status === 404 || status === 410) {
    return new DownloadError("download-missing", `${host} has no ${name} (${status}).`, {
      next: "It was moved or taken away. Choose another model.",
      details,
    });
  }
  return new DownloadError("download-refused", `${host} answered ${status} for ${name}.`, {
    next: status === 407 ? "Check the proxy's name and password." : `Wait a little and try again. ${goOn}`,
    details,
  });
}

function codeOf(thrown: unknown): string {
  const { code } = (thrown ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : "";
}
