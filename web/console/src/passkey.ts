// Passkeys of this browser: what the service asks with, and what it is answered, as JSON (WebAuthn 3, 5.1.8 to 5.1.10).

type Json = Record<string, unknown>;

function octets(text: unknown): Uint8Array<ArrayBuffer> {
  const plain = atob(String(text).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

function spelt(octets: ArrayBuffer | null): string {
  const plain = String.fromCharCode(...new Uint8Array(octets ?? new ArrayBuffer(0)));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function named(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as Json[]).map((one) => ({ type: "public-key", id: octets(one["id"]) }));
}

/** Tell whether this browser knows of passkeys at all. */
export const isPossible = typeof PublicKeyCredential === "function";

/** Let the browser answer a question with one of its passkeys. Throw what the browser throws, as when somebody declines. */
export async function show(asked: Json): Promise<Json> {
  const publicKey = {
    ...asked,
    challenge: octets(asked["challenge"]),
    allowCredentials: named(asked["allowCredentials"]),
  } as PublicKeyCredentialRequestOptions;
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return told(found, {
    authenticatorData: spelt(response.authenticatorData),
    clientDataJSON: spelt(response.clientDataJSON),
    signature: spelt(response.signature),
    userHandle: spelt(response.userHandle),
  });
}

/** Let the browser make a passkey. Throw what the browser throws. */
export async function make(asked: Json): Promise<Json> {
  const publicKey = {
    ...asked,
    challenge: octets(asked["challenge"]),
    user: { ...(asked["user"] as Json), id: octets((asked["user"] as Json)["id"]) },
    excludeCredentials: named(asked["excludeCredentials"]),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return told(made, {
    attestationObject: spelt(response.attestationObject),
    clientDataJSON: spelt(response.clientDataJSON),
    transports: response.getTransports(),
  });
}

function told(found: PublicKeyCredential, response: Json): Json {
  return { id: found.id, rawId: spelt(found.rawId), type: found.type, response, clientExtensionResults: {} };
}
