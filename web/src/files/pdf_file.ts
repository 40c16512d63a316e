/** A PDF as its sections lay it out: which object has which form in which revision. */
import { Malformed } from "../octets.js";
import { decoded, numberIn, rawContent, streamStart } from "./pdf_streams.js";
import {
  Budget,
  type Dictionary,
  Lexer,
  Name,
  Reference,
  Stream,
  type Value,
  isArray,
  isDictionary,
} from "./pdf_syntax.js";
import { type Entry, MOST_ENTRIES, type Section, readSections } from "./pdf_tables.js";

const MOST_TOKENS = 6_000_000;
/** Octets that streams of objects may become, each and all together. */
const LARGEST_STREAM = 4 << 20;
const LARGEST_STREAMS = 32 << 20;

/** Where an object stands, and the revision that says so. */
interface Placed {
  readonly entry: Exclude<Entry, undefined>;
  readonly revision: number;
}

/** The file is enciphered: nobody without the password can say what it shows. */
export class Encrypted extends Malformed {}

export class PDFFile {
  /** The oldest first, as the chain of /Prev tells. */
  readonly sections: readonly Section[];
  private readonly contained = new Map<number, ReadonlyMap<number, Value>[]>();
  private readonly read = new Map<string, Value | Stream>();

  private constructor(readonly octets: Uint8Array, sections: readonly Section[], private readonly budget: Budget) {
    this.sections = sections;
  }

  /** Reads the sections, and the streams that hold objects. Throws `Malformed`, `Encrypted`. */
  static async open(octets: Uint8Array): Promise<PDFFile> {
    const budget = new Budget(MOST_TOKENS);
    const sections = await readSections(octets, budget);
    if (sections.some((one) => one.trailer.has("Encrypt"))) throw new Encrypted("the file is enciphered");
    const file = new PDFFile(octets, sections, budget);
    await file.unpack();
    return file;
  }

  get last(): number {
    return this.sections.length - 1;
  }

  /** The revision that an object has as of a revision, and where it stands; undefined where there is none. */
  entry(number: number, revision: number): Placed | undefined {
    for (let place = revision; place >= 0; place -= 1) {
      const { entries } = this.sections[place] as Section;
      if (!entries.has(number)) continue;
      const entry = entries.get(number);
      return entry === undefined ? undefined : { entry, revision: place };
    }
    return undefined;
  }

  /** The object of a number as of a revision; null where there is none (7.3.10). */
  object(number: number, revision: number): Value | Stream {
    const found = this.entry(number, revision);
    if (found === undefined) return null;
    const key = `${number} ${found.revision}`;
    const known = this.read.get(key);
    if (known !== undefined) return known;
    const { entry } = found;
    const value = "stream" in entry ? this.objectIn(number, entry.stream, found.revision) : this.objectAt(number, entry);
    this.read.set(key, value);
    return value;
  }

  /** What a value is, followed where it is a reference. */
  follow(value: Value | undefined, revision: number): Value | Stream {
    let found: Value | Stream = value ?? null;
    for (let steps = 0; found instanceof Reference; steps += 1) {
      if (steps === 8) throw new Malformed("a reference that leads nowhere");
      const { number, generation }: Reference = found;
      found = generation === this.generation(number, revision) ? this.object(number, revision) : null;
    }
    return found;
  }

  private generation(number: number, revision: number): number {
    const entry = this.entry(number, revision)?.entry;
    return entry !== undefined && "offset" in entry ? entry.generation : 0;
  }

  dictionary(value: Value | undefined, revision: number): Dictionary | undefined {
    const found = this.follow(value, revision);
    return isDictionary(found) ? found : undefined;
  }

  array(value: Value | undefined, revision: number): readonly Value[] {
    const found = this.follow(value, revision);
    return isArray(found) ? found : [];
  }

  /** The octets of a stream as they stand. */
  raw(stream: Stream, revision: number): Uint8Array {
    return rawContent(this.octets, stream, this.follow(stream.dictionary.get("Length"), revision));
  }

  /** The octets of a stream as they are meant. */
  async content(stream: Stream, revision: number, most: number): Promise<Uint8Array> {
    return decoded(this.raw(stream, revision), stream.dictionary, most);
  }

  private objectAt(number: number, { offset, generation }: { offset: number; generation: number }): Value | Stream {
    const lexer = new Lexer(this.octets, offset, this.budget);
    if (lexer.integer() !== number || lexer.integer() !== generation) throw new Malformed(`another object at ${offset}`);
    lexer.expect("obj");
    const value = lexer.value();
    if (isDictionary(value) && lexer.takes("stream")) return new Stream(value, streamStart(lexer));
    lexer.expect("endobj");
    return value;
  }

  private objectIn(number: number, stream: number, revision: number): Value {
    const found = this.contained.get(revision)?.find((one) => one.has(number) && this.streams.get(one) === stream);
    const value = found?.get(number);
    if (value === undefined) throw new Malformed(`object ${number} is not where it should be`);
    return value;
  }

  private readonly streams = new Map<ReadonlyMap<number, Value>, number>();

  /** Unpacks the streams of objects that the sections name. */
  private async unpack(): Promise<void> {
    let left = LARGEST_STREAMS;
    for (const [revision, { entries }] of this.sections.entries()) {
      const named = new Set([...entries.values()].flatMap((one) => (one !== undefined && "stream" in one ? [one.stream] : [])));
      const found: ReadonlyMap<number, Value>[] = [];
      for (const number of named) {
        const entry = this.entry(number, revision)?.entry;
        if (entry === undefined || "stream" in entry) throw new Malformed("objects in no stream");
        const stream = this.objectAt(number, entry);
        if (!(stream instanceof Stream)) throw new Malformed("objects in no stream");
        const octets = await this.content(stream, revision, Math.min(LARGEST_STREAM, left));
        left -= octets.length;
        const inside = this.members(octets, stream.dictionary);
        this.streams.set(inside, number);
        found.push(inside);
      }
      this.contained.set(revision, found);
    }
  }

  /** Reads a stream of objects (7.5.7). */
  private members(octets: Uint8Array, dictionary: Dictionary): ReadonlyMap<number, Value> {
    const type = dictionary.get("Type");
    const count = numberIn(dictionary, "N") ?? -1;
    const first = numberIn(dictionary, "First") ?? -1;
    if (!(type instanceof Name) || type.text !== "ObjStm" || count < 0 || count > MOST_ENTRIES || first < 0) {
      throw new Malformed("not a stream of objects");
    }
    const heads = new Lexer(octets, 0, this.budget);
    const found = new Map<number, Value>();
    for (let place = 0; place < count; place += 1) {
      const number = heads.integer();
      const offset = first + heads.integer();
      if (found.has(number) || offset < first || offset > octets.length) throw new Malformed("an object twice, or outside");
      found.set(number, new Lexer(octets, offset, this.budget).value());
    }
    return found;
  }
}
