// One Worker with a task of the web platform a route, the same on every server. A task that is small is done many times
// in one request, so that the request itself is a small part of it; the clock is the client's.
import urls from "./urls.js";

const MEGABYTE = 1 << 20;

/** Text that compresses as logs and JSON do. @param {number} size */
function someText(size) {
  const words =
    "the of request a worker cache header stream value null true https://example.com/ 2026-11-01T12:00 id name".split(
      " ",
    );
  const pieces = [];
  let state = 1;
  for (let length = 0; length < size;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const piece = `{"${words[(state >>> 8) % words.length]}":${state % 1000},"${words[(state >>> 16) % words.length]}":"${words[state % words.length]}"}\n`;
    pieces.push(piece);
    length += piece.length;
  }
  return pieces.join("").slice(0, size);
}

/** Made at the first use: what a task works on. @template T @param {() => T} make */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => (made ??= make());
}

const bytes = once(() => new TextEncoder().encode(someText(10 * MEGABYTE)));

const page = once(() => {
  const item = (/** @type {number} */ index) =>
    `<li class="item" id="i${index}"><a href="/items/${index}?ref=list">Item ${index}</a><p>Some text &amp; more of it.</p>` +
    `<img src="/images/${index}.webp" alt="picture"></li>\n`;
  const items = [];
  for (let index = 0, length = 0; length < MEGABYTE; index++) length += (items[index] = item(index)).length;
  return `<!doctype html><html><head><title>Items</title></head><body><ul>\n${items.join("")}</ul></body></html>`;
});

const graph = once(() => ({
  id: 42,
  name: "a record",
  created: new Date(1790000000000),
  tags: new Set(["one", "two", "three"]),
  prices: new Map([
    ["EUR", 12.5],
    ["USD", 13.75],
    ["JPY", 2100],
  ]),
  bytes: new Uint8Array(256).fill(7),
  items: Array.from({ length: 40 }, (_, index) => ({
    index,
    title: `item ${index}`,
    flags: [true, false, null],
    price: index * 1.25,
  })),
}));

const TOKEN =
  "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImJlbmNoIn0.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlLmNvbS8iLCJzdWIiOiJhdXRoMHw1ZjdjOGVjN2MzM2M2YzAwNGJiYWZlODIiLCJhdWQiOlsiaHR0cHM6Ly9hcGkuZXhhbXBsZS5jb20vIiwiaHR0cHM6Ly9pc3N1ZXIuZXhhbXBsZS5jb20vdXNlcmluZm8iXSwiaWF0IjoxNzkwMDAwMDAwLCJleHAiOjQxMDI0NDQ4MDAsImF6cCI6Im15X2NsaWVudF9pZCIsInNjb3BlIjoib3BlbmlkIHByb2ZpbGUgZW1haWwgcmVhZDppdGVtcyB3cml0ZTppdGVtcyJ9.WdWbsJr6lIPwKrvPAJLaLsU1qntgazJ_2sbYIWNKqKfvvkn3PUNX0LGNzi1qpA-J9WfirX5ou5CySXXOgSfryqMfXYNO4QEklxkT8H26cLE3qAMqoYjkvvDq6DlC2vTnYzPmzt0LXsMG9QSeaKCr9JbhAmxgxOrvdtRzkgJjv7alDeIqVyDtNb82G5TpcArBSGNE1VqrL2tmGim1y28JLsTTFjvwaRChvPcsuLntwZ5OaEqXZFbPVg0BifaaSE0CzuW9ck-ykyD9pyOWQFHjpyh9qgZc-BWfcTI0FVXOfMVYpjQp-pC4J5willBFbVLCsuQeHCdeHpknbDrA7x2DwA";
const JWK = {
  kty: "RSA",
  e: "AQAB",
  n: "vOuH0YsbABgRwNLTuLIvC_iWFosrIwQ_1Y_WGXq3KWXw5lCLJD2agW8BMJZn-OA-ipchSCFV8PRw9dkPD28OZDLmYABG08j9ekV1pR8mEgnXIBF1flQladv1_LFfvWBh83c6BYWcBODBpQArKpyJ-bPi5S9RBJU0algeSc-UXpnPMZBEzLOEOewqZLLcKPNKBhcioelDFDc2z9O2PMt1Dh2fUJKxX8z4X3Ne4ArwI7JIms7UO-tsafK2WC4mzAiexP36Wzo0CBjzb9BV1VZypBig6aWULchZIp90C989xoX80ENnWvyUOLHvPwEdt5lu7wC0qyKcCAR_KyFV8wbHIQ",
};

const rsaKey = once(() =>
  crypto.subtle.importKey("jwk", JWK, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["verify"]),
);
const aesKey = once(() =>
  crypto.subtle.importKey("raw", new Uint8Array(32).fill(3), "AES-GCM", false, ["encrypt", "decrypt"]),
);

/** @param {string} text base64url */
const fromBase64 = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));

/** The claims of a token, if its signature holds. @param {string} token */
async function verify(token) {
  const [head, claims, signature] = token.split(".");
  const { alg } = JSON.parse(atob(head));
  const signed = new TextEncoder().encode(`${head}.${claims}`);
  const holds = await crypto.subtle.verify("RSASSA-PKCS1-v1_5", await rsaKey(), fromBase64(signature), signed);
  if (alg !== "RS256" || !holds) throw new Error("the token is not valid");
  return JSON.parse(new TextDecoder().decode(fromBase64(claims)));
}

/** @param {ReadableStream} stream */
async function lengthOf(stream) {
  let length = 0;
  for await (const chunk of stream) length += chunk.length;
  return length;
}

/** @type {Record<string, (request: Request) => Response | Promise<Response>>} */
const tasks = {
  async "/json"(request) {
    const order = await request.json();
    const total = order.items.reduce((sum, item) => sum + item.price * item.quantity, 0);
    return Response.json({ ...order, total, status: "accepted" }, { status: 201, headers: { "x-order": order.id } });
  },

  "/headers"(request) {
    const { headers } = request;
    const response = new Headers({ "content-type": "text/plain", "cache-control": "no-store" });
    let length = 0;
    for (const [name, value] of headers) {
      length += value.length;
      if (name.startsWith("x-in-")) response.set(name.replace("x-in-", "x-out-"), value);
    }
    response.append("set-cookie", "a=1; Path=/; HttpOnly");
    response.append("set-cookie", "b=2; Path=/; Secure");
    const known = headers.has("authorization") && headers.get("accept-language")?.startsWith("de");
    return new Response(`${known} ${length > 1000}`, { headers: response });
  },

  "/url"() {
    let sum = 0;
    for (const text of urls) {
      const url = new URL(text);
      sum += url.hostname.length + url.pathname.length + url.hash.length;
    }
    return new Response(`${sum}`);
  },

  "/transform"(request) {
    const through = new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
      },
    });
    return new Response(request.body?.pipeThrough(through));
  },

  "/echo": (request) => new Response(request.body),

  async "/gzip"() {
    const zipped = new Response(bytes()).body?.pipeThrough(new CompressionStream("gzip"));
    const length = await lengthOf(/** @type {ReadableStream} */ (zipped));
    return new Response(`${length > 100_000 && length < 4 * MEGABYTE}`);
  },

  async "/sha256"() {
    let last = new ArrayBuffer(0);
    for (let round = 0; round < 10; round++) last = await crypto.subtle.digest("SHA-256", bytes());
    return new Response(new Uint8Array(last).join());
  },

  async "/aes-gcm"() {
    const key = await aesKey();
    const plain = bytes().subarray(0, MEGABYTE);
    let length = 0;
    for (let round = 0; round < 10; round++) {
      const algorithm = { name: "AES-GCM", iv: new Uint8Array(12).fill(round) };
      const secret = await crypto.subtle.encrypt(algorithm, key, plain);
      length += (await crypto.subtle.decrypt(algorithm, key, secret)).byteLength;
    }
    return new Response(`${length}`);
  },

  async "/jwt"() {
    let last;
    for (let round = 0; round < 100; round++) last = await verify(TOKEN);
    return new Response(last.sub);
  },

  "/clone"() {
    let last;
    for (let round = 0; round < 200; round++) last = structuredClone(graph());
    return new Response(`${last?.items.length} ${last?.prices.get("JPY")}`);
  },

  async "/html"() {
    if (typeof HTMLRewriter === "undefined") return new Response("no HTMLRewriter", { status: 501 });
    let seen = 0;
    const rewriter = new HTMLRewriter()
      .on("a[href]", {
        element(element) {
          element.setAttribute("href", `https://example.com${element.getAttribute("href")}`);
        },
      })
      .on("img", {
        element(element) {
          seen += 1;
          element.setAttribute("loading", "lazy");
        },
      });
    const html = await rewriter.transform(new Response(page(), { headers: { "content-type": "text/html" } })).text();
    return new Response(`${seen} ${html.length}`);
  },
};

export default {
  /** @param {Request} request */
  fetch(request) {
    const task = tasks[request.url.slice(request.url.indexOf("/", 8))];
    return task === undefined ? new Response("no such task", { status: 404 }) : task(request);
  },
};
