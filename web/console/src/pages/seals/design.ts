// From the fields of a form to what a seal is to show, and back.
import type { components } from "../../api/schema";

import type { Kind, Seal } from "./seals";

export type Wish = components["schemas"]["SealWish"];
export type Shape = "round" | "oval" | "picture";
export type Picture = components["schemas"]["PictureForm"];

export interface Look {
  shape: Shape;
  row: string;
  secondRow: string;
  diameter: number;
  centre: "star" | "emblem" | "empty";
  /** Of a branch: what its name adds to that of its owner. */
  branch: string;
  picture: Picture | undefined;
}

const USUAL = 42;
const ROUND = [38, 40, 42, 45, 50, 58, 60];
const OVAL = [30, 40, 45];

export function emptyLook(): Look {
  return { shape: "round", row: "", secondRow: "", diameter: USUAL, centre: "star", branch: "", picture: undefined };
}

/** Tell whether a seal of this kind is a person's, and square. */
export function isSquare(kind: Kind): boolean {
  return kind === "personal_name";
}

/** Return the sizes to choose from, in millimetres; none where the service or the picture has its own. */
export function sizesOf(kind: Kind, shape: Shape): readonly number[] {
  if (isSquare(kind) || shape === "picture") return [];
  return shape === "oval" ? OVAL : ROUND;
}

/** Return what a seal is to show; nothing where its picture is still missing. */
export function designOf(look: Look, ownerName: string): Wish["design"] | undefined {
  const name = ownerName + look.branch.trim();
  const sides = { name, shape: look.shape, code: "" };
  const none = { row: "", second_row: "", diameter_mm: USUAL, centre: "star" } as const;
  switch (look.shape) {
    case "round":
      return { ...none, ...sides, row: look.row.trim(), diameter_mm: look.diameter, centre: look.centre };
    case "oval": {
      const diameter_mm = OVAL.includes(look.diameter) ? look.diameter : 40;
      return { ...none, ...sides, row: look.row.trim(), second_row: look.secondRow.trim(), diameter_mm };
    }
    case "picture":
      return look.picture && { ...none, ...sides, picture: look.picture };
  }
}

/** Return what is asked of the service; nothing where something is missing without which it could only refuse. */
export function wishOf(asked: {
  owner: { id: string; name: string };
  kind: Kind;
  bearer: string;
  look: Look;
  inPlaceOf: string | undefined;
}): Wish | undefined {
  const { owner, kind, bearer, look, inPlaceOf } = asked;
  const wish = { owner: owner.id, kind, row: look.row.trim(), diameter_mm: USUAL, in_place_of: inPlaceOf ?? null };
  if (isSquare(kind)) return bearer ? { ...wish, bearer, design: null } : undefined;
  if (kind === "branch" && !look.branch.trim()) return undefined;
  const design = designOf(look, owner.name);
  return design ? { ...wish, bearer: null, design } : undefined;
}

/** Return the fields of a seal that there is. */
export function lookOf(seal: Seal, ownerName: string): Look {
  const shown = seal.design as Partial<components["schemas"]["SealDesignForm"]>;
  const shape = shown.shape === "oval" || shown.shape === "picture" ? shown.shape : "round";
  const name = shown.name ?? "";
  return {
    shape,
    row: shape === "picture" ? seal.name.slice(name.length) : (shown.row ?? ""),
    secondRow: shown.second_row ?? "",
    diameter: shown.diameter_mm ?? USUAL,
    centre: shown.centre ?? "star",
    branch: seal.kind === "branch" && name.startsWith(ownerName) ? name.slice(ownerName.length) : "",
    picture: shown.picture ?? undefined,
  };
}
