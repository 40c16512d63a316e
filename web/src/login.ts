/**
 * Logging in with a passkey (W3C Web Authentication). Everything else on these pages works without scripts.
 *
 * The question and what the browser is asked with come from the service; the answer goes back in a form, as a password
 * would.
 */
interface Question {
  readonly question: string;
  readonly public_key: PublicKeyCredentialRequestOptionsJSON;
}

/** Octets out of base64url. */
function octetsOf(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const octets = new Uint8Array(plain.length);
  for (let place = 0; place < plain.length; place += 1) octets[place] = plain.charCodeAt(place);
  return octets.buffer;
}

/** Octets in base64url, without padding. */
function textOf(octets: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(octets), (octet) => String.fromCharCode(octet)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** What the browser is asked with, in its own types. */
function optionsOf(json: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
  const options: PublicKeyCredentialRequestOptions = { challenge: octetsOf(json.challenge), userVerification: "required" };
  if (json.rpId !== undefined) options.rpId = json.rpId;
  if (json.timeout !== undefined) options.timeout = json.timeout;
  return options;
}

/** The answer of a passkey, as the service reads it. */
function answerOf(credential: PublicKeyCredential): string {
  const response = credential.response as AuthenticatorAssertionResponse;
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle === null ? null : textOf(response.userHandle),
    },
  });
}

/** Asks for a question, lets a passkey answer it, and puts both into the form. */
async function fill(form: HTMLFormElement, questions: string): Promise<void> {
  const asked = await fetch(questions, { method: "POST", headers: { Accept: "application/json" } });
  if (!asked.ok) throw new Error("no question");
  const question = (await asked.json()) as Question;
  const credential = await navigator.credentials.get({ publicKey: optionsOf(question.public_key) });
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no answer");
  const fields = form.elements;
  (fields.namedItem("question") as HTMLInputElement).value = question.question;
  (fields.namedItem("credential") as HTMLInputElement).value = answerOf(credential);
}

function start(form: HTMLFormElement, questions: string): void {
  const told = form.querySelector<HTMLElement>("[data-told]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (told !== null) told.textContent = "";
    fill(form, questions).then(
      () => form.submit(),
      () => {
        if (told !== null) told.textContent = told.dataset["none"] ?? "";
      },
    );
  });
}

const element = document.querySelector<HTMLElement>("script[data-questions]");
const form = document.querySelector<HTMLFormElement>("form[data-passkey]");
if (element !== null && form !== null && "PublicKeyCredential" in window) start(form, element.dataset["questions"] ?? "");
