/**
 * What was added to a file after a signature, where it can be proven harmless: validation data, and further fields that
 * are themselves signed.
 *
 * Everything else may be permitted as well. Telling that takes a comparison of all that a reader shows, which the server
 * makes (trust/pdf/judging.py); here it is left open.
 */
import { Malformed } from "../octets.js";
import type { PDFFile } from "./pdf_file.js";
import { type SignedField, endsRevision } from "./pdf_signatures.js";
import {
  type Dictionary,
  Name,
  Reference,
  Stream,
  type Value,
  isArray,
  isDictionary,
  isSame,
  references,
} from "./pdf_syntax.js";
import type { Section } from "./pdf_tables.js";

/** "appended": octets that belong to no revision. */
export type Change = "none" | "validation_data" | "form_filling" | "appended" | "unknown";

const STORE = ["Type", "Certs", "CRLs", "OCSPs", "VRI"];
const FIELD = ["Type", "Subtype", "FT", "T", "TU", "F", "Ff", "Rect", "P", "V", "AP", "BS", "Border", "MK", "Lock"];
/** Numbers of objects that were referred to before a revision and did not exist, and who refers to whom. */
interface Graph {
  readonly missing: ReadonlySet<number>;
  readonly referrers: ReadonlyMap<number, ReadonlySet<number>>;
}

/** What was added after the revision of a signature. Every later revision is looked at by itself. */
export function changesAfter(file: PDFFile, field: SignedField, signed: readonly SignedField[]): Change {
  if (field.end === file.octets.length) return "none";
  if (file.sections.every((one) => one.offset < field.end)) return "appended";
  if (field.revision === undefined || !endsRevision(file.octets, file.octets.length)) return "unknown";
  let found: Change = "none";
  try {
    for (let revision = field.revision + 1; revision <= file.last; revision += 1) {
      const change = new Step(file, revision, field.end, signed).change();
      if (change === "unknown") return change;
      if (change === "form_filling" || found === "none") found = change;
    }
  } catch (error) {
    if (error instanceof Malformed) return "unknown";
    throw error;
  }
  return found;
}

class Unproven extends Malformed {}

function require(condition: boolean): void {
  if (!condition) throw new Unproven("a change that is not proven harmless");
}

/** One revision, against the one before it. */
class Step {
  private readonly before: number;
  private readonly section: Section;
  /** The fields that this revision adds. */
  private readonly added: ReadonlyMap<number, SignedField>;

  constructor(
    private readonly file: PDFFile,
    private readonly now: number,
    private readonly end: number,
    private readonly signed: readonly SignedField[],
  ) {
    this.before = now - 1;
    this.section = file.sections[now] as Section;
    const isIn = (one: SignedField, revision: number): boolean => file.entry(one.field, revision) !== undefined;
    const added = signed.filter((one) => isIn(one, now) && !isIn(one, this.before));
    this.added = new Map(added.map((one) => [one.field, one]));
  }

  change(): Change {
    this.requireOwnOctets();
    const graph = this.graph();
    const changed: number[] = [];
    for (const [number, entry] of this.section.entries) {
      const old = this.file.entry(number, this.before);
      if (old !== undefined) {
        require(entry !== undefined);
        changed.push(number);
      } else if (entry !== undefined) {
        require(!graph.missing.has(number));
      }
    }
    require(this.root(this.before).number === this.root(this.now).number);
    this.requireFields();
    for (const number of changed) this.requireHarmless(number, graph);
    const isStamp = (one: SignedField): boolean => one.isTimeStamp && this.isInvisible(one.field);
    return [...this.added.values()].every(isStamp) ? "validation_data" : "form_filling";
  }

  /** What a revision brings can be read, and stands in it, not in octets of before that once meant something else. */
  private requireOwnOctets(): void {
    require(this.section.offset >= this.end);
    for (const [number, entry] of this.section.entries) {
      if (entry === undefined) continue;
      const object = this.file.object(number, this.now);
      if (object instanceof Stream) this.file.raw(object, this.now);
      if ("offset" in entry) require(entry.offset >= this.end && entry.generation === 0);
      else require(this.section.entries.has(entry.stream));
    }
  }

  /** Looks through every object of the revision before. */
  private graph(): Graph {
    const missing = new Set<number>();
    const referrers = new Map<number, Set<number>>();
    const numbers = new Set(this.file.sections.slice(0, this.now).flatMap((one) => [...one.entries.keys()]));
    for (const number of numbers) {
      if (this.file.entry(number, this.before) === undefined) continue;
      for (const one of references(this.file.object(number, this.before))) {
        if (this.file.entry(one.number, this.before) === undefined) missing.add(one.number);
        const known = referrers.get(one.number) ?? new Set<number>();
        referrers.set(one.number, known.add(number));
      }
    }
    return { missing, referrers };
  }

  private root(revision: number): Reference {
    const found = this.file.sections[revision]?.trailer.get("Root");
    if (!(found instanceof Reference)) throw new Unproven("no catalog");
    return found;
  }

  private catalog(revision: number): Dictionary {
    return this.dictionaryOf(this.file.follow(this.root(revision), revision));
  }

  private dictionaryOf(value: Value | Stream): Dictionary {
    if (!isDictionary(value)) throw new Unproven("not a dictionary");
    return value;
  }

  private dictionaryIn(dictionary: Dictionary, key: string): Dictionary {
    return this.dictionaryOf(dictionary.get(key) ?? null);
  }

  private requireHarmless(number: number, { referrers }: Graph): void {
    const [old, now] = [this.file.object(number, this.before), this.file.object(number, this.now)];
    if (this.isTable(number, this.before) && this.isTable(number, this.now)) return;
    require(!(old instanceof Stream) && !(now instanceof Stream));
    if (isSame(old as Value, now as Value)) return;
    const root = this.root(this.now).number;
    const catalog = this.catalog(this.before);
    const form = catalog.get("AcroForm");
    const store = catalog.get("DSS");
    const onlyIn = (...numbers: readonly number[]): boolean =>
      [...(referrers.get(number) ?? [])].every((one) => numbers.includes(one));
    if (number === root) this.requireCatalog(this.dictionaryOf(old), this.dictionaryOf(now));
    else if (isArray(old) && isArray(now)) {
      const isOfStore = store instanceof Reference && this.isMemberOfStore(number, store) && onlyIn(store.number);
      if (!isOfStore) this.requireAppended(old, now);
    } else if (store instanceof Reference && number === store.number) {
      require(onlyIn(root));
      this.requireStore(now);
    } else if (form instanceof Reference && number === form.number) {
      this.requireForm(this.dictionaryOf(old), this.dictionaryOf(now));
    } else {
      this.requirePage(this.dictionaryOf(old), this.dictionaryOf(now));
    }
  }

  /**
   * Streams of cross-references keep their number from one revision to the next with some writers. One is what its
   * section was read from, after the signature: anything that was signed may call itself so, also what a page shows.
   */
  private isTable(number: number, revision: number): boolean {
    const found = this.file.entry(number, revision);
    if (found === undefined || !("offset" in found.entry) || found.entry.offset < this.end) return false;
    return found.entry.offset === this.file.sections[found.revision]?.offset;
  }

  private requireCatalog(old: Dictionary, now: Dictionary): void {
    for (const key of differing(old, now)) {
      if (key === "DSS") this.requireStore(this.file.follow(now.get("DSS"), this.now));
      else if (key === "AcroForm") this.requireForm(this.dictionaryIn(old, key), this.dictionaryIn(now, key));
      else require(key === "Extensions" && [...references(now.get(key) ?? null)].length === 0);
    }
  }

  /** A security store is material for verifiers, wherever it lies in what is new. */
  private requireStore(value: Value | Stream): void {
    const store = this.dictionaryOf(value);
    require([...store.keys()].every((key) => STORE.includes(key)));
  }

  private isMemberOfStore(number: number, store: Reference): boolean {
    const found = this.dictionaryOf(this.file.follow(store, this.before));
    return STORE.slice(1).some((key) => {
      const member = found.get(key);
      return member instanceof Reference && member.number === number;
    });
  }

  private requireForm(old: Dictionary, now: Dictionary): void {
    for (const key of differing(old, now)) {
      const [before, after] = [old.get(key) ?? null, now.get(key) ?? null];
      if (key === "Fields") this.requireAppended(before, after);
      else require(key === "SigFlags" && typeof after === "number");
    }
  }

  private requirePage(old: Dictionary, now: Dictionary): void {
    const type = now.get("Type");
    require(type instanceof Name && type.text === "Page");
    for (const key of differing(old, now)) {
      require(key === "Annots");
      this.requireAppended(old.get(key) ?? [], now.get(key) ?? null);
    }
  }

  /** A list may have new members behind those of before, each a field that this revision adds and that is signed. */
  private requireAppended(before: Value, after: Value): void {
    if (!isArray(before) || !isArray(after) || after.length < before.length) throw new Unproven("not a longer list");
    before.forEach((one, place) => require(isSame(one, after[place])));
    for (const one of after.slice(before.length)) require(one instanceof Reference && this.added.has(one.number));
  }

  /** Each new field is a signature's, with nothing that acts, and of a name that no field has had. */
  private requireFields(): void {
    for (const one of this.added.values()) {
      const field = this.dictionaryOf(this.file.object(one.field, this.now));
      require([...field.keys()].every((key) => FIELD.includes(key)));
      const type = field.get("FT");
      require(type instanceof Name && type.text === "Sig" && one.less === undefined);
      require(this.signed.every((other) => other.end >= one.end || other.locked?.includes(one.name) === false));
      // The value is new as well: one from before was signed for another field.
      require(this.file.entry(one.value, this.before) === undefined && this.file.entry(one.value, this.now) !== undefined);
      require(this.file.entry(one.value, this.file.last)?.revision === this.now && one.revision === this.now);
    }
  }

  private isInvisible(number: number): boolean {
    const field = this.dictionaryOf(this.file.object(number, this.now));
    const place = this.file.array(field.get("Rect"), this.now);
    return !field.has("AP") && place.length === 4 && place[0] === place[2] && place[1] === place[3];
  }
}

function differing(old: Dictionary, now: Dictionary): string[] {
  const keys = new Set([...old.keys(), ...now.keys()]);
  return [...keys].filter((key) => !isSame(old.get(key), now.get(key)));
}
