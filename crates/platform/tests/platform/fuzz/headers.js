// Headers, and the options of Request and Response (https://fetch.spec.whatwg.org/#headers-class).

import { attempt, check, same, target } from "./lib.js";

const NAMES = [
  "a",
  "A",
  "Content-Type",
  "content-type",
  "Set-Cookie",
  "cookie",
  "x-y_z",
  "__proto__",
  "constructor",
  "Host",
];
const VALUES = ["", "1", "text/html; charset=utf-8", " padded\t", "a, b", 'q="\\""', "a=b; Path=/"];

/** @param {import("./lib.js").Random} random */
const someName = (random) =>
  random.pick([random.pick(NAMES), random.pick(NAMES), random.mutateText("name"), random.text(2)]);

/** @param {import("./lib.js").Random} random */
const someValue = (random) =>
  random.pick([random.pick(VALUES), random.mutateText(random.pick(VALUES)), random.text(4)]);

/** A header name by the standard: a token. @param {string} name */
const isName = (name) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);

/** A value as it is kept, or undefined if it is none. @param {string} value */
function normalized(value) {
  const bare = value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");

  return /[\0\n\r]/.test(bare) ? undefined : bare;
}

/** A simple model of Headers: what it should show. */
class Model {
  /** @type {Array<[string, string]>} */ list = [];

  /** @param {string} name @param {string} value */
  append(name, value) {
    this.list.push([name.toLowerCase(), value]);
  }

  /** @param {string} name */
  delete(name) {
    this.list = this.list.filter(([one]) => one !== name.toLowerCase());
  }

  /** @param {string} name @param {string} value */
  set(name, value) {
    this.delete(name);
    this.append(name, value);
  }

  /** @param {string} name */
  values(name) {
    return this.list.filter(([one]) => one === name).map(([, value]) => value);
  }

  shown() {
    const names = [...new Set(this.list.map(([name]) => name))].sort();
    return names.flatMap((name) =>
      name === "set-cookie" ? this.values(name).map((value) => [name, value]) : [[name, this.values(name).join(", ")]],
    );
  }
}

/** @param {Headers} headers @param {...unknown} about */
function again(headers, ...about) {
  // An empty value that was joined to another leaves a space at the end, which goes.
  const pairs = [...headers].map(([name, value]) => [name, normalized(value)]);
  same([...new Headers([...headers])], pairs, "its pairs give an equal one", ...about);
}

/** @param {Headers} headers @param {Model} model @param {...unknown} about */
function agrees(headers, model, ...about) {
  same([...headers], model.shown(), "iteration sorts and combines", ...about);
  same(headers.getSetCookie(), model.values("set-cookie"), "cookies stay apart", ...about);
  for (const name of new Set(model.list.map(([one]) => one))) {
    check(headers.has(name.toUpperCase()), "it has its names", name, ...about);
    same(headers.get(name), model.values(name).join(", "), "get joins", name, ...about);
  }
  same([...new Headers(headers)], [...headers], "a copy is equal", ...about);
  again(headers, ...about);
}

/**
 * Whether a value is one that every implementation takes or refuses alike. Beyond one byte a character the standard
 * refuses and hosted does not; a control character the standard takes, and no HTTP message can hold.
 * @param {string} value
 */

const isPlain = (value) => /^[\0\t\n\r\x20-\x7e\x80-\xff]*$/.test(value);

/** @param {import("./lib.js").Random} random */
function change(random) {
  const headers = new Headers();
  const model = new Model();
  for (let left = random.below(8); left > 0; left--) {
    const name = someName(random);
    const value = someValue(random);
    const operation = random.pick(["append", "set", "append", "delete", "get", "has"]);
    const writes = operation === "append" || operation === "set";
    const fits = isName(name) && (!writes || normalized(value) !== undefined);
    let threw = true;
    attempt(
      ["TypeError"],
      () => {
        /** @type {any} */ (headers)[operation](name, value);
        threw = false;
      },
      operation,
      name,
      value,
    );
    if (writes && !isPlain(value)) {
      if (!threw) model.set(name, /** @type {string} */ (headers.get(name)));
      if (!threw) headers.set(name, /** @type {string} */ (headers.get(name)));
      continue;
    }
    same(threw, !fits, "what is no name or value throws", operation, name, value);
    if (threw) continue;
    if (writes) /** @type {any} */ (model)[operation](name, /** @type {string} */ (normalized(value)));
    if (operation === "delete") model.delete(name);
  }
  agrees(headers, model);
  return headers;
}

/** What a constructor may be given for headers. @param {import("./lib.js").Random} random @returns {any} */
function someInit(random) {
  const pair = () => [someName(random), someValue(random)];
  return random.pick([
    () => Object.fromEntries(random.list(4, pair)),
    () => random.list(4, pair),
    () => [random.list(3, () => someName(random))],
    () => new Map(/** @type {any} */ (random.list(3, pair))),
    () => [[someName(random), Symbol("s")]],
    () => ({ [Symbol("s")]: "a" }),
    () => random.pick([null, 1, "text", [1], [null], () => {}, new Date(0)]),
    () => ({ __proto__: { inherited: "no" }, own: "yes" }),
  ])();
}

const METHODS = [
  "GET",
  "get",
  "POST",
  "PATCH",
  "patch",
  "CONNECT",
  "TRACE",
  "QUERY",
  "G T",
  "",
  "GET\r\nx: y",
  "\u0130",
];

/** @param {import("./lib.js").Random} random */
function requests(random) {
  const init = {
    method: random.pick([undefined, ...METHODS]),
    headers: random.once(2) ? someInit(random) : undefined,
    body: random.pick([undefined, undefined, null, "text", new Uint8Array(3), new URLSearchParams("a=b"), {}]),
    redirect: random.pick([undefined, "follow", "manual", "error", "other", null]),
    cache: random.pick([undefined, undefined, "no-store", "default", "x"]),
    signal: random.pick([undefined, null, AbortSignal.abort(), {}]),
  };
  const url = random.pick(["http://a.test/", "https://u:p@a.test/", "/relative", "", random.text(6)]);
  const request = attempt(["TypeError"], () => new Request(url, init), url, init.method, init.redirect);
  if (request === undefined) return;
  same(new URL(request.url).href, request.url, "its URL is whole", url);
  check(/^[A-Z]+$/.test(request.method), "its method", request.method);
  const copy = attempt(["TypeError"], () => new Request(request.clone(), { headers: someInit(random) }));
  if (copy !== undefined) same(copy.method, request.method, "a copy's method");
}

const STATUSES = [0, 99, 100, 101, 199, 200, 204, 205, 299, 302, 304, 404, 599, 600, 999, -1, 65736, NaN, 200.9];

/** @param {import("./lib.js").Random} random */
function responses(random) {
  const status = random.pick(STATUSES);
  const statusText = random.pick([undefined, "OK", "", "\u00e9", "\u0100", "a\r\nb: c", "tab\t", random.text(3)]);
  const body = random.pick([null, undefined, "text", new Uint8Array(3)]);
  const headers = random.once(2) ? someInit(random) : undefined;
  const names = ["TypeError", "RangeError"];
  const response = attempt(names, () => new Response(body, { status, statusText, headers }), status, statusText);
  if (response !== undefined) {
    check(response.status >= 101 && response.status <= 599, "its status", status, response.status);

    check(!/[\r\n\0]/.test(response.statusText), "its text is one line", response.statusText);
    same(response.clone().status, response.status, "a clone's status");
  }
  const location = random.pick(["https://a.test/", "", "http://[", random.text(5)]);
  const redirect = attempt(names, () => Response.redirect(location, status), location, status);
  if (redirect !== undefined) check([301, 302, 303, 307, 308].includes(redirect.status), "a redirect", status);
  attempt(names, () => Response.json({ a: 1 }, { status, statusText, headers }), status);
}

export default target((random) => {
  change(random);
  const init = someInit(random);
  const headers = attempt(["TypeError"], () => new Headers(init));
  if (headers !== undefined) again(headers);
  requests(random);
  responses(random);
});
