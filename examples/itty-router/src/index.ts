import { AutoRouter, cors, error, type IRequest } from "itty-router";

const TODOS = [
  { id: "1", text: "buy milk", done: true },
  { id: "2", text: "call Ada", done: false },
];

const { preflight, corsify } = cors({ origin: "https://app.example" });

const router = AutoRouter({ before: [preflight], finally: [corsify] });

router
  .get("/todos", ({ query }) => TODOS.filter(({ done }) => query.done === undefined || String(done) === query.done))
  .get("/todos/:id", ({ id }) => TODOS.find((todo) => todo.id === id) ?? error(404, "no such todo"))
  .post("/todos", async (request: IRequest) => {
    const { text } = (await request.json()) as { text?: unknown };
    return typeof text === "string" ? { id: "3", text, done: false } : error(422, "a todo has a text");
  });

export default router satisfies ExportedHandler;
