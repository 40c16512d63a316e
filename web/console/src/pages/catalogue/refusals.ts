// Why a template was refused, as its author or its reviewer reads it.
import type { ProblemDetails } from "../../api/problem";
import { i18n } from "../../i18n";

export interface Refusal {
  /** Which check failed, in words. */
  title: string;
  /** The file and its line, where it is about one. */
  file?: string;
  line?: number;
  /** What the compiler says, or which field. */
  told: string;
}

/** Return what the service refused in a template, or nothing where the problem is another one. */
export function refusalOf(problem: ProblemDetails): Refusal | undefined {
  const details = (problem["details"] ?? {}) as Record<string, string>;
  if (problem.code === "licence.template_malformed") {
    return { title: problem.detail ?? problem.code, told: "" }; // it names the file, and says in words what is wrong
  }
  if (problem.code !== "licence.template_refused") return undefined;
  const { check = "", place = "" } = details;
  const key = `template.check.${check}`;
  const title = i18n.global.te(key) ? i18n.global.t(key) : check;
  const found = /^([a-z][a-z0-9_-]*\.[a-z]+)(?::(\d+))?: (.*)$/s.exec(place);
  if (!found) return { title, told: place };
  return { title, told: found[3] ?? "", file: found[1] ?? "", ...(found[2] && { line: Number(found[2]) }) };
}

/** Return a refusal in one line. */
export function refusalText(problem: ProblemDetails): string {
  const found = refusalOf(problem);
  if (!found) return "";
  const { t } = i18n.global;
  const place = found.line ? t("template.at", { file: found.file, line: found.line }) : (found.file ?? "");
  return [found.title, place, found.told].filter((one) => one !== "").join(" · ");
}
