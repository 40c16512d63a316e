// A business system on openid-client (npm) and a browser without scripts: every flow, and what must be refused.
// Prints one JSON object: the name of each check and whether it held. argv: a JSON file with addresses, keys and people.
import { readFile } from "node:fs/promises";

const told = JSON.parse(await readFile(process.argv[2], "utf8"));
const client = await import(told.library);
const jose = await import(told.jose);
const skew = Math.round(told.now - Date.now() / 1000);
let moved = 0;
const results = {};

async function check(name, act) {
  try {
    const held = await act();
    results[name] = held === false ? "did not hold" : "held";
  } catch (error) {
    results[name] = `${error.code ?? ""} ${error.error ?? ""} ${error.message ?? error} ${error.cause?.message ?? ""}`;
  }
}

async function refused(act, wanted) {
  try {
    await act();
  } catch (error) {
    const said = `${error.error ?? ""} ${error.code ?? ""} ${error.message ?? ""} ${error.cause?.message ?? ""}`;
    if (said.includes(wanted)) return true;
    throw new Error(`refused, but: ${said}`);
  }
  throw new Error("was accepted");
}

class Browser {
  cookies = new Map();

  async ask(address, options = {}) {
    const headers = { ...(options.headers ?? {}), cookie: [...this.cookies].map(([n, v]) => `${n}=${v}`).join("; ") };
    const answer = await fetch(address, { ...options, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (line.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Follows redirections as long as they stay within the service; then returns where they lead, or the page. */
  async go(address, options) {
    let answer = await this.ask(address, options);
    while (answer.status === 303) {
      const next = new URL(answer.headers.get("location"), told.issuer);
      if (next.origin !== told.issuer) return { left: next };
      answer = await this.ask(next);
    }
    return { page: await answer.text(), status: answer.status };
  }

  async send(path, page, fields) {
    const form = new URLSearchParams(fields);
    for (const [, name, value] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
      if ((name === "mark" || name === "request") && !form.has(name)) form.set(name, value);
    return this.go(`${told.issuer}${path}`, { method: "POST", body: form });
  }

  /** Logs in and agrees, as far as it is asked to; returns the address at which the business system is called. */
  async through(address) {
    let at = await this.go(address);
    if (at.page?.includes('name="password"'))
      at = await this.send("/login", at.page, { username: told.username, password: told.password });
    if (at.page?.includes('name="decision"')) at = await this.send("/login/agree", at.page, { decision: "agree" });
    if (at.left === undefined) throw new Error(`stayed: ${at.status} ${at.page?.slice(0, 2000)}`);
    return at.left;
  }
}


async function withKey(system, skewed = skew) {
  const key = await jose.importJWK(system.key, "ES256");
  const metadata = { [client.clockSkew]: skewed + moved };
  return client.discovery(new URL(told.issuer), system.client, metadata, client.PrivateKeyJwt(key), {
    execute: [client.allowInsecureRequests],
  });
}

const config = await withKey(told.system);
const other = await withKey(told.other);

async function asking(changes = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const parameters = {
    redirect_uri: told.back,
    scope: "openid profile offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...changes,
  };
  for (const name of Object.keys(parameters)) if (parameters[name] === null) delete parameters[name];
  return { parameters, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

async function logIn(using = config, changes = {}, browser = new Browser()) {
  const { parameters, checks } = await asking(changes);
  const address = await browser.through(client.buildAuthorizationUrl(using, parameters));
  return { address, checks, browser };
}

async function advance(seconds) {
  await fetch(`${told.control}/advance?seconds=${seconds}`, { method: "POST" });
  moved += seconds;
}

let first;
await check("code, PKCE, state, nonce, iss", async () => {
  const { address, checks, browser } = await logIn();
  first = { tokens: await client.authorizationCodeGrant(config, address, checks), browser, address, checks };
  const claims = first.tokens.claims();
  return claims.acr === "urn:xinyin:level:1" && claims.amr.includes("pwd") && claims.aud === told.system.client;
});
await check("ID token is signed by a published key", async () => {
  const keys = jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  const when = new Date((Date.now() / 1000 + skew + moved) * 1000);
  await jose.jwtVerify(first.tokens.id_token, keys, { issuer: told.issuer, audience: told.system.client, currentDate: when });
});
await check("user information", async () => {
  const info = await client.fetchUserInfo(config, first.tokens.access_token, first.tokens.claims().sub);
  return info.name === "**明";
});
await check("introspection", async () => (await client.tokenIntrospection(config, first.tokens.access_token)).active);
await check("introspection by somebody else", async () => !(await client.tokenIntrospection(other, first.tokens.access_token)).active);
await check("single sign-on: nothing is asked again", async () => {
  const { parameters, checks } = await asking({ prompt: "none" });
  const at = await first.browser.go(client.buildAuthorizationUrl(config, parameters));
  const tokens = await client.authorizationCodeGrant(config, at.left, checks);
  return tokens.claims().sub === first.tokens.claims().sub && tokens.claims().sid === first.tokens.claims().sid;
});
await check("another business system knows the person by another name", async () => {
  const { address, checks } = await logIn(other, { redirect_uri: told.otherBack });
  const tokens = await client.authorizationCodeGrant(other, address, checks);
  return tokens.claims().sub !== first.tokens.claims().sub;
});
await check("prompt=none without a session", async () => {
  const { parameters } = await asking({ prompt: "none" });
  const at = await new Browser().go(client.buildAuthorizationUrl(config, parameters));
  return at.left.searchParams.get("error") === "login_required" && at.left.searchParams.get("iss") === told.issuer;
});
let renewed;
await check("refresh token is replaced", async () => {
  renewed = await client.refreshTokenGrant(config, first.tokens.refresh_token);
  return renewed.refresh_token !== first.tokens.refresh_token && renewed.claims().sub === first.tokens.claims().sub;
});
await check("stolen refresh token: another client", () => refused(() => client.refreshTokenGrant(other, renewed.refresh_token), "invalid_grant"));
await check("stolen refresh token: used again", () => refused(() => client.refreshTokenGrant(config, first.tokens.refresh_token), "invalid_grant"));
await check("stolen refresh token: the whole login ends", async () => {
  await refused(() => client.refreshTokenGrant(config, renewed.refresh_token), "invalid_grant");
  return !(await client.tokenIntrospection(config, renewed.access_token)).active;
});
await check("wrong verifier", async () => {
  const { address, checks } = await logIn();
  return refused(() => client.authorizationCodeGrant(config, address, { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }), "invalid_grant");
});
await check("code used again ends its tokens", async () => {
  const { address, checks } = await logIn();
  const tokens = await client.authorizationCodeGrant(config, address, checks);
  await refused(() => client.authorizationCodeGrant(config, address, checks), "invalid_grant");
  return !(await client.tokenIntrospection(config, tokens.access_token)).active;
});
await check("expired code", async () => {
  const { address, checks } = await logIn();
  await advance(61);
  const later = await withKey(told.system);
  return refused(() => client.authorizationCodeGrant(later, address, checks), "invalid_grant");
});
const now = await withKey(told.system);
await check("wrong redirect: nobody is sent there", async () => {
  const { parameters } = await asking({ redirect_uri: `${told.back}/elsewhere` });
  const at = await new Browser().go(client.buildAuthorizationUrl(now, parameters));
  return at.left === undefined && at.status === 400;
});
await check("wrong redirect at the token endpoint", async () => {
  const { address, checks } = await logIn(now);
  const elsewhere = new URL(address);
  elsewhere.pathname = "/second";
  return refused(() => client.authorizationCodeGrant(now, elsewhere, checks), "invalid_grant");
});
await check("PKCE with plain", async () => {
  const { parameters } = await asking({ code_challenge_method: "plain" });
  const at = await new Browser().go(client.buildAuthorizationUrl(now, parameters));
  return at.left.searchParams.get("error") === "invalid_request";
});
await check("no PKCE", async () => {
  const { parameters } = await asking({ code_challenge: null, code_challenge_method: null });
  const at = await new Browser().go(client.buildAuthorizationUrl(now, parameters));
  return at.left.searchParams.get("error") === "invalid_request";
});
await check("wrong nonce is noticed", async () => {
  const { address, checks } = await logIn(now);
  return refused(() => client.authorizationCodeGrant(now, address, { ...checks, expectedNonce: "another" }), "nonce");
});
await check("wrong issuer is noticed", async () => {
  const { address, checks } = await logIn(now);
  address.searchParams.set("iss", "https://evil.example");
  return refused(() => client.authorizationCodeGrant(now, address, checks), "iss");
});
await check("assertion with alg none", async () => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const id = told.system.client;
  const claims = { iss: id, sub: id, aud: told.issuer, jti: "none", exp: Math.round(Date.now() / 1000 + skew + moved + 60) };
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: `${part({ alg: "none" })}.${part(claims)}.`,
  });
  const answer = await fetch(now.serverMetadata().token_endpoint, { method: "POST", body });
  return answer.status === 401 && (await answer.json()).error === "invalid_client";
});
await check("client credentials", async () => (await client.clientCredentialsGrant(now)).access_token.startsWith("xc_"));
await check("pushed request", async () => {
  const { parameters, checks } = await asking();
  const address = await client.buildAuthorizationUrlWithPAR(now, parameters);
  const pushed = address.searchParams.get("request_uri");
  const tokens = await client.authorizationCodeGrant(now, await new Browser().through(address), checks);
  const again = await new Browser().go(address);
  return pushed.startsWith("urn:ietf:params:oauth:request_uri:") && tokens.claims() !== undefined && again.left === undefined;
});
await check("an app that keeps no secret", async () => {
  const metadata = { [client.clockSkew]: skew + moved };
  const app = await client.discovery(new URL(told.issuer), told.app.client, metadata, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const { address, checks } = await logIn(app, { redirect_uri: told.appBack });
  const tokens = await client.authorizationCodeGrant(app, address, checks);
  const next = await client.refreshTokenGrant(app, tokens.refresh_token);
  await refused(() => client.refreshTokenGrant(app, tokens.refresh_token), "invalid_grant");
  return next.access_token !== tokens.access_token;
});
await check("a system with a key cannot do without it", async () => {
  const bare = await client.discovery(new URL(told.issuer), told.system.client, undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const { address, checks } = await logIn(now);
  return refused(() => client.authorizationCodeGrant(bare, address, checks), "invalid_client");
});
await check("revocation", async () => {
  const { address, checks } = await logIn(now);
  const tokens = await client.authorizationCodeGrant(now, address, checks);
  await client.tokenRevocation(now, tokens.refresh_token);
  return !(await client.tokenIntrospection(now, tokens.access_token)).active;
});
await check("DPoP: a token is borne with a proof of its key", async () => {
  const bound = await client.getDPoPHandle(now, await client.randomDPoPKeyPair("ES256"));
  const { parameters, checks } = await asking();
  const address = await client.buildAuthorizationUrlWithPAR(now, parameters, { DPoP: bound });
  const back = await new Browser().through(address);
  const tokens = await client.authorizationCodeGrant(now, back, checks, undefined, { DPoP: bound });
  const info = await client.fetchUserInfo(now, tokens.access_token, tokens.claims().sub, { DPoP: bound });
  const worth = await client.tokenIntrospection(now, tokens.access_token);
  const next = await client.refreshTokenGrant(now, tokens.refresh_token, undefined, { DPoP: bound });
  return (
    tokens.token_type === "dpop" && next.token_type === "dpop" && info.name === "**明" &&
    worth.cnf.jkt === (await bound.calculateThumbprint())
  );
});
await check("DPoP: a business system's own token opens the interface with its key alone", async () => {
  const bound = await client.getDPoPHandle(now, await client.randomDPoPKeyPair("ES256"));
  const { access_token: token } = await client.clientCredentialsGrant(now, undefined, { DPoP: bound });
  const place = new URL(`${told.issuer}/v1/me`);
  const mine = await client.fetchProtectedResource(now, token, place, "GET", undefined, undefined, { DPoP: bound });
  const thief = await client.getDPoPHandle(now, await client.randomDPoPKeyPair("ES256"));
  const others = [{ DPoP: thief }, undefined].map((one) =>
    refused(() => client.fetchProtectedResource(now, token, place, "GET", undefined, undefined, one), "WWW-Authenticate"),
  );
  return (await mine.json()).is_client && (await Promise.all(others)).every(Boolean);
});
await check("DPoP: a stolen code or refresh token of an app is worth nothing", async () => {
  const app = await client.discovery(new URL(told.issuer), told.app.client, { [client.clockSkew]: skew + moved }, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  const bound = await client.getDPoPHandle(app, await client.randomDPoPKeyPair("ES256"));
  const thief = await client.getDPoPHandle(app, await client.randomDPoPKeyPair("ES256"));
  const jkt = { redirect_uri: told.appBack, dpop_jkt: await bound.calculateThumbprint() };
  const first = await logIn(app, jkt);
  await refused(() => client.authorizationCodeGrant(app, first.address, first.checks, undefined, { DPoP: thief }), "invalid_grant");
  const { address, checks } = await logIn(app, jkt);
  const tokens = await client.authorizationCodeGrant(app, address, checks, undefined, { DPoP: bound });
  await refused(() => client.refreshTokenGrant(app, tokens.refresh_token, undefined, { DPoP: thief }), "invalid_grant");
  await refused(() => client.refreshTokenGrant(app, tokens.refresh_token), "invalid_grant");
  const next = await client.refreshTokenGrant(app, tokens.refresh_token, undefined, { DPoP: bound });
  return next.access_token !== tokens.access_token;
});
await check("a resource that nobody has", async () => {
  const { parameters } = await asking({ resource: "https://elsewhere.example/api" });
  const at = await new Browser().go(client.buildAuthorizationUrl(now, parameters));
  return at.left.searchParams.get("error") === "invalid_target";
});
await check("logout at the front and behind", async () => {
  const { address, checks, browser } = await logIn(now, { scope: "openid profile" });
  const tokens = await client.authorizationCodeGrant(now, address, checks);
  const leaving = client.buildEndSessionUrl(now, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: told.goodbye,
    state: "bye",
  });
  const at = await browser.go(leaving);
  const notices = await (await fetch(`${told.control}/notices`, { method: "POST" })).json();
  const keys = jose.createRemoteJWKSet(new URL(now.serverMetadata().jwks_uri));
  const when = new Date((Date.now() / 1000 + skew + moved) * 1000);
  const options = { issuer: told.issuer, audience: told.system.client, typ: "logout+jwt", currentDate: when };
  const read = await Promise.all(notices.map(async (one) => (await jose.jwtVerify(one, keys, options)).payload));
  const mine = read.find((one) => one.sid === tokens.claims().sid);
  const over = !(await client.tokenIntrospection(now, tokens.access_token)).active;
  const event = "http://schemas.openid.net/event/backchannel-logout";
  return over && at.left.href === `${told.goodbye}?state=bye` && mine.sub === tokens.claims().sub && event in mine.events && !("nonce" in mine);
});

console.log(JSON.stringify(results));
