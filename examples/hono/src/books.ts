import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { validator } from "hono/validator";

interface Book {
  id: string;
  title: string;
  author: string;
}

const SHELF: Book[] = [
  { id: "1", title: "The Dispossessed", author: "Ursula K. Le Guin" },
  { id: "2", title: "Invisible Cities", author: "Italo Calvino" },
];

export const books = new Hono();

books.get("/", (context) => {
  const author = context.req.query("author");
  return context.json(SHELF.filter((book) => author === undefined || book.author === author));
});

books.get("/:id{[0-9]+}", (context) => {
  const book = SHELF.find(({ id }) => id === context.req.param("id"));
  if (!book) throw new HTTPException(404, { message: "no such book" });
  return context.json(book);
});

const newBook = validator("json", ({ title, author }: Partial<Book>) => {
  if (!title || !author) throw new HTTPException(422, { message: "a book has a title and an author" });
  return { title, author };
});

// Nothing is kept: a Worker's memory is no database.
books.post("/", newBook, (context) => context.json({ id: "3", ...context.req.valid("json") }, 201));
