/** Why a token was refused. */
export type Reason =
  | "missing"
  | "malformed"
  | "unsupported_algorithm"
  | "unknown_key"
  | "bad_signature"
  | "expired"
  | "not_yet_valid"
  | "wrong_issuer"
  | "wrong_audience";

export class TokenError extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}

export interface Claims {
  sub: string;
  exp: number;
  nbf?: number;
  iss?: string;
  aud?: string | string[];
  email?: string;
  roles?: string[];
}

export interface Keys {
  /** The secret of HS256 tokens; without one they are refused. */
  secret?: string;
  /** The public keys of RS256 tokens. */
  jwks: (JsonWebKey & { kid?: string })[];
}

interface Header {
  alg: string;
  kid?: string;
}

const HS256 = { name: "HMAC", hash: "SHA-256" };
const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** Seconds by which the issuer's clock may differ from ours. */
const LEEWAY = 30;

/** Checks a token's signature (RFC 7515), then its claims (RFC 7519). */
export async function verify(
  token: string,
  keys: Keys,
  expected: { issuer: string; audience: string },
): Promise<Claims> {
  const parts = token.split(".");
  if (parts.length !== 3) throw new TokenError("malformed", "the token is not of the form header.payload.signature");
  const [header, payload, signature] = parts;
  const key = await keyFor(parse<Header>(header), keys);
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(key.algorithm.name, key, decode(signature), signed))) {
    throw new TokenError("bad_signature", "the signature was not made with the expected key");
  }
  const claims = parse<Claims>(payload);
  check(claims, expected);
  return claims;
}

/**
 * The key that may sign with that algorithm. Each algorithm looks at its own kind of key only, so that a public key
 * can never be taken for a shared secret, and `none` is no algorithm at all (RFC 8725, section 3.1).
 */
async function keyFor({ alg, kid }: Header, { secret, jwks }: Keys): Promise<CryptoKey> {
  if (alg === "HS256" && secret) {
    return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), HS256, false, ["verify"]);
  }
  if (alg === "RS256") {
    const jwk = jwks.find((key) => key.kty === "RSA" && key.kid === kid);
    if (!jwk) throw new TokenError("unknown_key", "no key has the token's key id");
    return crypto.subtle.importKey("jwk", jwk, RS256, false, ["verify"]);
  }
  throw new TokenError("unsupported_algorithm", "the token is not signed with HS256 or RS256");
}

function check(claims: Claims, { issuer, audience }: { issuer: string; audience: string }): void {
  const now = Date.now() / 1000;
  if (typeof claims.sub !== "string" || typeof claims.exp !== "number") {
    throw new TokenError("malformed", "the token lacks the claims sub and exp");
  }
  if (claims.exp + LEEWAY < now) throw new TokenError("expired", "the token has expired");
  if (claims.nbf !== undefined && claims.nbf - LEEWAY > now) throw new TokenError("not_yet_valid", "the token is not valid yet");
  if (claims.iss !== issuer) throw new TokenError("wrong_issuer", "the token comes from another issuer");
  if (![claims.aud].flat().includes(audience)) throw new TokenError("wrong_audience", "the token is meant for another audience");
}

function parse<T extends object>(part: string): T {
  try {
    const value = JSON.parse(new TextDecoder().decode(decode(part)));
    if (typeof value === "object" && value !== null) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TokenError("malformed", "the token's header and payload are not JSON objects in base64url");
}

function decode(base64url: string): Uint8Array {
  if (!/^[\w-]*$/.test(base64url)) throw new TokenError("malformed", "the token is not in base64url");
  try {
    const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new TokenError("malformed", "the token is not in base64url");
  }
}
