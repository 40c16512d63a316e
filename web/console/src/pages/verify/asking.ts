// What is verified, as the service takes it.
import { api, told } from "../../api/client";
import type { components } from "../../api/schema";
import { fileOf } from "../../files";

export type Verdict = components["schemas"]["ExplainedVerdict"];

export interface Question {
  file?: File;
  /** What a detached signature covers. */
  content?: File;
  password: string;
  /** The text of a QR code, its address, or an identifier. */
  text: string;
  /** A past moment, as the service reads it; empty: now. */
  at: string;
}

/** An identifier of a licence begins so (GB/T 36904); everything else that is typed is the text of a QR code. */
const IDENTIFIER = /^1\.2\.156\./;

function query(question: Question) {
  return question.at ? { at: question.at } : {};
}

function form(question: Question): FormData {
  const found = new FormData();
  if (question.file) found.append("file", question.file);
  if (question.content) found.append("content", question.content);
  if (question.password) found.append("password", question.password);
  return found;
}

/** What openapi-fetch sends of a file: the form as it is; the browser writes the type with its boundary. */
function sent(question: Question) {
  return { body: question as never, bodySerializer: () => form(question) };
}

/** Ask for the verdict in words. */
export function ask(question: Question): Promise<Verdict> {
  const params = { query: query(question) };
  if (question.file) return told(api.POST("/v1/verify/explained", { params, ...sent(question) }));
  const text = question.text.trim();
  const body = IDENTIFIER.test(text) ? { identifier: text } : { claim: text };
  return told(api.POST("/v1/verify/explained", { params, body: body as never }));
}

/** Ask for the signed report on a file. */
export function report(question: Question): Promise<Blob> {
  const params = { query: query(question) };
  return fileOf(told(api.POST("/v1/verify/report", { params, ...sent(question), parseAs: "blob" })));
}

/** Ask for the record with which the verdict can be made again. */
export function record(question: Question): Promise<Blob> {
  const params = { query: query(question) };
  return fileOf(told(api.POST("/v1/verify/record", { params, ...sent(question), parseAs: "blob" })));
}
