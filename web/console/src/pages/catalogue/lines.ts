// Two texts line by line: what stays, what goes, what comes.

export interface Line {
  kind: "same" | "gone" | "come";
  text: string;
  /** Its number in the text where it stands. */
  number: number;
}

/** Lines around a change that are shown with it. */
const AROUND = 3;
/** Beyond this the middle is told as replaced: comparing costs the product of both lengths. */
const MOST = 4_000_000;

/** Return what differs between two texts, with a few lines around each change; `null` stands for lines left out. */
export function difference(before: string, after: string): (Line | null)[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const lines: Line[] = a.slice(0, head).map((text, place) => ({ kind: "same", text, number: place + 1 }));
  lines.push(...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head));
  for (let place = b.length - tail; place < b.length; place++) {
    lines.push({ kind: "same", text: b[place] ?? "", number: place + 1 });
  }
  return near(lines);
}

/** Return the lines of two texts after their longest common subsequence. */
function middle(a: string[], b: string[], offset: number): Line[] {
  const gone = (place: number): Line => ({ kind: "gone", text: a[place] ?? "", number: offset + place + 1 });
  const come = (place: number): Line => ({ kind: "come", text: b[place] ?? "", number: offset + place + 1 });
  if (a.length * b.length > MOST) return [...a.map((_, place) => gone(place)), ...b.map((_, place) => come(place))];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: "same", text: a[i] ?? "", number: offset + j + 1 });
      i++;
      j++;
    } else if (j === b.length || (i < a.length && (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))) {
      lines.push(gone(i++));
    } else {
      lines.push(come(j++));
    }
  }
  return lines;
}

/** Leave out what is far from every change. */
function near(lines: Line[]): (Line | null)[] {
  const kept = new Set<number>();
  lines.forEach((one, place) => {
    if (one.kind === "same") return;
    for (let next = place - AROUND; next <= place + AROUND; next++) kept.add(next);
  });
  const found: (Line | null)[] = [];
  lines.forEach((one, place) => {
    if (kept.has(place)) found.push(one);
    else if (found.at(-1) !== null) found.push(null);
  });
  return found;
}
