// Attacks: the front end, by responses that contradict themselves: framing headers, connection headers, lengths that are
// not true, interim and empty statuses.
// Becomes: a response that is well-formed, or an error of the Worker's.
// Config: {"limits": {"cpu_ms": 2000}}
// Expect /tooLong: 200 four
// Expect /tooShort: 200 four
// Expect /manyLengths: 200 four
// Expect /notANumber: 200 four
// Expect /chunked: 200 four
// Expect /connection: 200 four
// Expect /upgrade: 200 four
// Expect /trailer: 200 four
// Expect /date: 200 four
// Expect /encoding: 200
// Expect /noContent: 204
// Expect /notModified: 304
// Expect /errorResponse: 500 error 1101, log Response.error() cannot be sent
// Expect /used: 500 error 1101, log TypeError
// Expect /locked: 500 error 1101, log TypeError
// Expect /twice: 500 error 1101, log TypeError
// Expect /forged: 500 error 1101, log did not resolve to 'Response'
// Expect /proxy: 500 error 1101, log did not resolve to 'Response'
import { guest } from "./common/guest.js";

const withHeaders = (headers) => () => new Response("four", { headers });
let kept;
const Kept = Response;

/** Passes `guest` by: what is returned is what the platform gets. */
const raw = {
  forged: () => Object.create(Kept.prototype),
  proxy: () => new Proxy(new Kept("x"), {}),
};

const worker = guest({
  tooLong: withHeaders({ "content-length": "400" }),
  tooShort: withHeaders({ "content-length": "1" }),
  manyLengths: withHeaders([
    ["content-length", "4"],
    ["content-length", "5"],
  ]),
  notANumber: withHeaders({ "content-length": "+4" }),
  chunked: withHeaders({ "transfer-encoding": "chunked, gzip", "content-length": "2" }),
  connection: withHeaders({ connection: "close, x", "keep-alive": "timeout=99999", "proxy-connection": "x" }),
  upgrade: withHeaders({ upgrade: "websocket", connection: "upgrade", "sec-websocket-accept": "x" }),
  trailer: withHeaders({ trailer: "content-length, x", te: "trailers" }),
  date: withHeaders({ date: "not a date", server: "x", "cf-ray": "x" }),
  encoding: withHeaders({ "content-encoding": "br, gzip, x" }),
  noContent: () => new Response(null, { status: 204, headers: { "content-length": "10" } }),
  notModified: () => new Response(null, { status: 304, headers: { "content-length": "10", "transfer-encoding": "x" } }),
  errorResponse: () => Response.error(),
  async used() {
    const response = new Response("x");
    await response.text();
    return response;
  },
  locked() {
    const response = new Response("x");
    response.body.getReader();
    return response;
  },
  async twice() {
    kept = new Response("x");
    await kept.arrayBuffer();
    return kept;
  },
});

export default {
  fetch(request, env, ctx) {
    const name = new URL(request.url).pathname.slice(1);
    return name in raw ? raw[name]() : worker.fetch(request, env, ctx);
  },
};
