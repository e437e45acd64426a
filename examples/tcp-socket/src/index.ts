import { connect } from "cloudflare:sockets";

interface Env {
  WHOIS: string;
}

export default {
  async fetch(request, { WHOIS }): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1);
    if (!/^[a-z0-9.-]+$/i.test(name)) return new Response("Ask for a domain: /example.com\n", { status: 400 });

    // The server answers and ends the connection, so the answer is the response's body, as it comes.
    const socket = connect(WHOIS);
    try {
      await socket.opened;
    } catch (error) {
      console.error(error);
      return new Response(`${WHOIS} cannot be reached.\n`, { status: 502 });
    }
    const writer = socket.writable.getWriter();
    await writer.write(new TextEncoder().encode(`${name}\r\n`));
    return new Response(socket.readable, { headers: { "content-type": "text/plain; charset=utf-8" } });
  },
} satisfies ExportedHandler<Env>;
