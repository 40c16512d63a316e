/** Judges the text of a QR code with the lists at hand, and tells how old they are. */
import { type ClaimReport, readClaim, verifyClaim } from "./claim.js";
import { type Place, loadStatusList, loadTrustList } from "./lists.js";
import { Malformed } from "./octets.js";

/** How old the knowledge is that something was judged by. */
export interface Age {
  readonly trustList: Date;
  readonly statusList?: Date;
  /** When the older of the two was last had from the service; undefined where a browser keeps nothing. */
  readonly fetched?: Date;
}

export interface Judged {
  readonly report: ClaimReport;
  readonly age: Age;
}

function listNumber(text: string): number | undefined {
  try {
    return readClaim(text).claim.statusList;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Judges the text of a QR code; undefined where there is not even a trust list. */
export async function judge(text: string, place: Place, now: Date): Promise<Judged | undefined> {
  const trusted = await loadTrustList(place, now);
  if (trusted === undefined) return undefined;
  const number = listNumber(text);
  const status = number === undefined ? undefined : await loadStatusList(place, number, trusted.list, now);
  const report = verifyClaim(text, trusted.list, status?.list, now);
  const moments = [trusted, status].flatMap((one) => (one?.fetched === undefined ? [] : [Number(one.fetched)]));
  return {
    report,
    age: {
      trustList: trusted.list.issued,
      ...(status === undefined ? {} : { statusList: status.list.issued }),
      ...(moments.length === 0 ? {} : { fetched: new Date(Math.min(...moments)) }),
    },
  };
}
