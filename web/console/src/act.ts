// What somebody does here: told when it is done, and told why where it is not.
import { ref } from "vue";

import { Problem, UNREACHABLE, type ProblemDetails } from "./api/problem";

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

/** Return what runs an act: `runs` while it does, `problem` where it failed the last time. */
export function useAct() {
  const runs = ref(false);
  const problem = ref<ProblemDetails>();

  /** Run an act, and say `done` afterwards, if that is given. Tell whether it was done. */
  async function run(act: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (runs.value) return false; // one click too many
    runs.value = true;
    problem.value = undefined;
    try {
      await act();
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
