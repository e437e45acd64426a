import { Conversation } from "./conversation";
import page from "./page.html";

export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname !== "/chat") {
      return new Response(page, { headers: { "Content-Type": "text/html;charset=utf-8" } });
    }
    if (request.headers.get("Upgrade") !== "websocket") {
      return new Response("This is a WebSocket.\n", { status: 426, headers: { Upgrade: "websocket" } });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const conversation = new Conversation(url.searchParams.get("name") ?? "stranger");

    server.binaryType = "arraybuffer";
    server.addEventListener("message", async ({ data }) => {
      server.send(await conversation.answer(data));
      if (conversation.isOver) server.close(1000, "bye");
    });
    server.addEventListener("close", ({ code, reason, wasClean }) => {
      console.log(`${conversation.name} left: ${code} ${reason} ${wasClean ? "" : "(lost)"}`);
    });
    server.accept();
    server.send(conversation.greeting());
    return new Response(null, { status: 101, webSocket: client });
  },
} satisfies ExportedHandler;
