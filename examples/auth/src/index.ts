import { TokenError, verify, type Claims, type Keys } from "./jwt";

interface Env {
  ORIGIN: string;
  ISSUER: string;
  AUDIENCE: string;
  JWKS: { keys: (JsonWebKey & { kid?: string })[] };
  JWT_SECRET?: string;
}

export default {
  async fetch(request, env) {
    let claims: Claims;
    try {
      const keys: Keys = { secret: env.JWT_SECRET, jwks: env.JWKS.keys };
      claims = await verify(bearer(request), keys, { issuer: env.ISSUER, audience: env.AUDIENCE });
    } catch (error) {
      if (error instanceof TokenError) return unauthorized(error);
      throw error;
    }
    return fetch(withIdentity(request, env.ORIGIN, claims));
  },
} satisfies ExportedHandler<Env>;

function bearer(request: Request): string {
  const header = request.headers.get("Authorization");
  if (header === null) throw new TokenError("missing", "send a token: Authorization: Bearer <token>");
  const [, token] = /^Bearer +(\S+)$/i.exec(header) ?? [];
  if (token === undefined) throw new TokenError("malformed", "the Authorization header is not of the form Bearer <token>");
  return token;
}

/** The same request for the origin, which trusts the identity headers: no client may set them itself. */
function withIdentity(request: Request, origin: string, claims: Claims): Request {
  const { pathname, search } = new URL(request.url);
  const forwarded = new Request(new URL(pathname + search, origin), request);
  for (const name of [...forwarded.headers.keys()]) {
    if (name.startsWith("x-user-")) forwarded.headers.delete(name);
  }
  forwarded.headers.delete("Authorization");
  forwarded.headers.set("X-User-Id", claims.sub);
  if (claims.email) forwarded.headers.set("X-User-Email", claims.email);
  if (claims.roles) forwarded.headers.set("X-User-Roles", claims.roles.join(","));
  return forwarded;
}

function unauthorized(error: TokenError): Response {
  const challenge = error.reason === "missing" ? "Bearer" : `Bearer error="invalid_token", error_description="${error.message}"`;
  return Response.json(
    { error: "unauthorized", reason: error.reason, message: error.message },
    { status: 401, headers: { "WWW-Authenticate": challenge } },
  );
}
