/** Judges files on the device (docs/browser-files.md); loaded where somebody chooses one. */
export { type FileSignature, type FileVerdict, judgeFile } from "./files/index.js";
export { loadTrustList } from "./lists.js";
