// The pages of a PDF, drawn by pdf.js as they come into sight and let go as they leave it: what is kept of a file is
// bounded by the screen, and not by how many pages a stranger has put into it, or how large they are.
import type { PDFDocumentLoadingTask, PDFDocumentProxy, RenderTask } from "pdfjs-dist";
import { shallowReactive } from "vue";

/** Pages that are shown of a file. */
export const MOST = 1000;

/** Pixels of a page that is drawn: A4 at 300 dpi; four octets each. */
const PIXELS = 2 ** 23;

/** Pixels of its longer side: beyond it, browsers draw nothing. */
const LONGEST = 2 ** 13;

/** Characters of a page that are there to be read aloud. */
const CHARACTERS = 20_000;

export interface Sheet {
  number: number;
  /** Its size in points; until it has been read, that of the first page. */
  width: number;
  height: number;
  /** What stands on it, while it is drawn. */
  text: string;
  broken: boolean;
}

/** Open a file. The task is there at once, so that it can be stopped while it reads. */
export async function opening(file: Blob): Promise<PDFDocumentLoadingTask> {
  const [{ getDocument, GlobalWorkerOptions }, { default: worker }] = await Promise.all([
    import("pdfjs-dist"),
    import("pdfjs-dist/build/pdf.worker.min.mjs?url"),
  ]);
  GlobalWorkerOptions.workerSrc = worker;
  const data = new Uint8Array(await file.arrayBuffer());
  // Of a page that is left while it is read, nothing is said in the console of the browser: errors alone are.
  return getDocument({ data, isEvalSupported: false, useWasm: false, enableXfa: false, verbosity: 0 });
}

/** An opened file, whose pages are drawn and let go. */
export class Sheets {
  readonly all: readonly Sheet[];
  private readonly seen = new Set<number>();
  private readonly drawing = new Map<number, RenderTask>();
  private readonly drawn = new Map<number, number>();

  private constructor(
    private readonly task: PDFDocumentLoadingTask,
    private readonly pdf: PDFDocumentProxy,
    size: { width: number; height: number },
  ) {
    const count = Math.min(pdf.numPages, MOST);
    this.all = Array.from({ length: count }, (_, place) =>
      shallowReactive({ number: place + 1, width: size.width, height: size.height, text: "", broken: false }),
    );
  }

  /** How many pages the file says that it has. */
  get told(): number {
    return this.pdf.numPages;
  }

  /** Read as much as the first page takes. Rejects where that cannot be read. */
  static async of(task: PDFDocumentLoadingTask): Promise<Sheets> {
    const pdf = await task.promise;
    return new Sheets(task, pdf, (await pdf.getPage(1)).getViewport({ scale: 1 }));
  }

  /** Draw a page that is in sight, as large as it is shown and as fine as the screen. */
  async draw(canvas: HTMLCanvasElement): Promise<void> {
    const number = Number(canvas.dataset.page);
    const sheet = this.all[number - 1];
    this.seen.add(number);
    try {
      const page = await this.pdf.getPage(number);
      const size = page.getViewport({ scale: 1 });
      if (!sheet || !this.seen.has(number)) return;
      [sheet.width, sheet.height] = [size.width, size.height];
      const wanted = (canvas.clientWidth * Math.min(window.devicePixelRatio || 1, 2)) / size.width;
      const most = Math.min(Math.sqrt(PIXELS / (size.width * size.height)), LONGEST / Math.max(size.width, size.height));
      const scale = Math.min(wanted, most);
      if (scale === 0 || this.drawn.get(number) === scale) return;
      this.drawing.get(number)?.cancel();
      const viewport = page.getViewport({ scale });
      canvas.width = Math.max(1, Math.floor(viewport.width));
      canvas.height = Math.max(1, Math.floor(viewport.height));
      const runs = page.render({ canvas, viewport });
      this.drawing.set(number, runs);
      await runs.promise;
      const { items } = await page.getTextContent();
      if (this.drawing.get(number) !== runs) return; // it has left the sight meanwhile
      this.drawn.set(number, scale);
      sheet.text = items.map((one) => ("str" in one ? one.str + (one.hasEOL ? "\n" : "") : "")).join("").slice(0, CHARACTERS);
      canvas.dataset.drawn = "yes";
    } catch (error) {
      // It was drawn in another size meanwhile, or let go; else this page cannot be read, and the others may.
      if (sheet && this.seen.has(number) && (error as Error).name !== "RenderingCancelledException") sheet.broken = true;
    }
  }

  /** Let a page go that has left the sight: its place stays, and its pixels and texts do not. */
  leave(canvas: HTMLCanvasElement): void {
    const number = Number(canvas.dataset.page);
    if (!this.seen.delete(number)) return;
    this.drawing.get(number)?.cancel();
    this.drawing.delete(number);
    this.drawn.delete(number);
    canvas.width = canvas.height = 0;
    delete canvas.dataset.drawn;
    const sheet = this.all[number - 1];
    if (sheet) sheet.text = "";
    void this.pdf.getPage(number).then((page) => page.cleanup(), () => undefined);
  }

  /** Let the file go. */
  drop(): void {
    this.seen.clear();
    this.drawing.forEach((one) => one.cancel());
    this.drawing.clear();
    this.task.destroy().catch(() => undefined);
  }
}
