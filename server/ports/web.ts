/** The app's files, as they are served. */

export interface WebFile {
  /** as a request has it: `/assets/main-4f2a.js` */
  path: string;
  type: string;
  /** its name holds its digest: it never changes */
  immutable: boolean;
  etag: string;
  /** by the encoding's name; `identity` is always there */
  bodies: Partial<Record<"br" | "gzip", Buffer>> & { identity: Buffer };
}
