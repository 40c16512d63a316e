// What somebody does here: told when it is done, and told why where it is not.
import { ref } from "vue";

import { forgetTyped } from "./api/gate";
import { Problem, UNREACHABLE, type ProblemDetails } from "./api/problem";
import { useI18n } from "./speech";

const { t, te } = useI18n();

/** Say something that passes by itself. */
export async function say(words: string): Promise<void> {
  const { ElMessage } = await import("./message");
  ElMessage.success(words);
}

/** Say that something did not happen, where there is no place of its own for it. */
export async function warn(words: string): Promise<void> {
  const { ElMessage } = await import("./message");
  ElMessage.error(words);
}

/** Return what a problem says: in words of our own where there are some, for those of the service may not know a page. */
export function happened({ code, detail }: ProblemDetails): string {
  return te(`problem.${code}`) ? t(`problem.${code}`) : detail || t("problem.unknown");
}

/** Copy a text, and say so. Where the browser lets no page do that, say that too. */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return warn(t("common.not_copied"));
  }
  await say(done);
}

/**
 * Return what runs an act: `runs` while it does, `problem` where it failed the last time. What was typed has been sent
 * once an act is done; not where it is a part of what is filled in (`isPart`), such as a file that goes with a form.
 */
export function useAct({ isPart = false } = {}) {
  const runs = ref(false);
  const problem = ref<ProblemDetails>();

  /** Run an act, and say `done` afterwards, if that is given. Tell whether it was done. */
  async function run(act: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (runs.value) return false; // one click too many
    runs.value = true;
    problem.value = undefined;
    try {
      await act();
      if (done && !isPart) forgetTyped();
      if (done) await say(done);
      return true;
    } catch (error) {
      problem.value = error instanceof Problem ? error.details : UNREACHABLE;
      return false;
    } finally {
      runs.value = false;
    }
  }

  return { runs, problem, run };
}
