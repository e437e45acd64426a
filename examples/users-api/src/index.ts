interface Env {
  DB: D1Database;
}

interface User {
  id: number;
  name: string;
  email: string;
}

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/users") return users(request, env.DB);
    if (pathname.startsWith("/api/")) return problem(404, "Not found");
    // Everything else is the website's, which this Worker stands before.
    return fetch(request);
  },
} satisfies ExportedHandler<Env>;

async function users(request: Request, db: D1Database): Promise<Response> {
  switch (request.method) {
    case "GET": {
      const { results } = await db.prepare("SELECT id, name, email FROM users ORDER BY id").all<User>();
      return Response.json(results);
    }
    case "POST":
      return add(request, db);
    default:
      return problem(405, "Method not allowed", { Allow: "GET, POST" });
  }
}

async function add(request: Request, db: D1Database): Promise<Response> {
  const body = await request.json<Partial<User>>().catch(() => null);
  if (typeof body?.name !== "string" || typeof body.email !== "string") {
    return problem(400, "A user has a name and an email");
  }
  try {
    const user = await db
      .prepare("INSERT INTO users (name, email) VALUES (?1, ?2) RETURNING id, name, email")
      .bind(body.name, body.email)
      .first<User>();
    return Response.json(user, { status: 201 });
  } catch (error) {
    if (error instanceof Error && error.message.includes("UNIQUE constraint failed")) {
      return problem(409, "There is a user with this email already");
    }
    throw error;
  }
}

function problem(status: number, error: string, headers?: HeadersInit): Response {
  return Response.json({ error }, { status, headers });
}
