import { eq } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import * as schema from "./schema";

const { authors, books } = schema;

interface Environment {
  Bindings: { DB: D1Database };
  Variables: { db: DrizzleD1Database<typeof schema> };
}

const app = new Hono<Environment>();

app.use(async (context, next) => {
  context.set("db", drizzle(context.env.DB, { schema }));
  await next();
});

app.get("/books", async (context) => {
  const found = await context.var.db.query.books.findMany({ with: { author: true } });
  return context.json(found.map(({ id, title, read, author }) => ({ id, title, read, author: author.name })));
});

app.post("/books", async (context) => {
  const { title, author } = await context.req.json<{ title?: string; author?: string }>();
  if (!title || !author) return context.json({ error: "a book has a title and an author" }, 422);
  const { db } = context.var;
  // An author who is there already stays as it is. Both statements are one transaction.
  const [, [{ id: authorId }]] = await db.batch([
    db.insert(authors).values({ name: author }).onConflictDoNothing(),
    db.select({ id: authors.id }).from(authors).where(eq(authors.name, author)),
  ]);
  const [book] = await db.insert(books).values({ title, authorId }).returning();
  return context.json(book, 201);
});

app.put("/books/:id{[0-9]+}/read", async (context) => {
  const changed = await context.var.db
    .update(books)
    .set({ read: true })
    .where(eq(books.id, Number(context.req.param("id"))))
    .returning();
  return changed.length === 0 ? context.json({ error: "no such book" }, 404) : context.json(changed[0]);
});

export default app;
