import type zh from "../zh/verify";
import type { Words } from "../words";

const en: Words<typeof zh> = {
  verify: {
    title: "Verify",
    told: "Verify any file, QR code or licence identifier: the answer, every signature, every check, and what to do.",
    file: "A file",
    code: "A QR code or an identifier",
    drop: "Drop a file here, or click to choose one",
    kinds: "PDF, OFD, electronic seal, seal signature, signed message, or the text of a QR code",
    another: "Verify another",
    text: "Text of a QR code, its address, or a licence identifier",
    text_told: "Paste what a scanner reads, or type a licence identifier",
    start: "Verify",
    more: "More",
    password: "Password of an encrypted PDF",
    content: "What was signed, where the signature is a file of its own",
    at: "As of a past moment",
    busy: "Verifying…",
    checked: "The file",
    report: "Download the report (PDF)",
    record: "Download the record (for replay)",
    report_done: "The report is saved; the service has signed it",
    record_done: "The record is saved: trust verify --replay judges by it again",
    licence: "The licence on record",
    marks: "Seals and signatures",
    reasons: "Why",
    remarks: "To be known",
    next: "What to do now",
    about: "File",
    experts: "Every check",
    check: { step: "Step", title: "Check", outcome: "Result", note: "Note" },
    changes: "Changes after the signature",
    revocations: "Revocation of the certificates",
    path: "Path of the signer's certificate",
    maker_path: "Path of the seal maker's certificate",
    none: "There are no checks to list",
  },
};

export default en;
