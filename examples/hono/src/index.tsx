import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { books } from "./books";
import { Home } from "./home";

const app = new Hono();

app.use(requestId());
app.use(secureHeaders());

app.get("/", (context) => context.html(<Home title="Books" link="/books" />));
app.route("/books", books);

app.notFound((context) => context.json({ error: "not found", path: context.req.path }, 404));
app.onError((error, context) => {
  if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
  console.error(error);
  return context.json({ error: "internal error", requestId: context.get("requestId") }, 500);
});

export default app;
