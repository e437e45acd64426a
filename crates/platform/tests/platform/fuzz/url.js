// URL and URLSearchParams (https://url.spec.whatwg.org/).

import { attempt, check, same, target } from "./lib.js";

const SCHEMES = [
  "http:",
  "https:",
  "HTTPS:",
  "ws:",
  "ftp:",
  "file:",
  "data:",
  "javascript:",
  "blob:",
  "a+b.c:",
  "about:",
];
const HOSTS = [
  "example.com",
  "EXAMPLE.com.",
  "127.0.0.1",
  "0x7f.1",
  "4294967296",
  "1.2.3.4.5",
  "256.256.256.256",
  "[::1]",
  "[1:2:3:4:5:6:7:8]",
  "[::ffff:1.2.3.4]",
  "[v1.a]",
  "faß.de",
  "xn--fa-hia.de",
  "日本語。テスト",
  "a%62c",
  "user:pass@host",
  "u@v@host",
  "localhost",
  "",
];
const TAILS = [
  "/",
  "",
  "/a/b/../c/./d",
  "/%7Efoo/..%2f",
  "/C|/x",
  "//x//",
  "?a=b&c",
  "?q=%FF",
  "#frag",
  "#",
  "?",
  "\\a\\b",
];
const PORTS = ["", ":80", ":443", ":0", ":65535", ":65536", ":00008080", ":", ":x", ":8 0"];
const SETTERS = ["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash", "href"];
const GETTERS = [...SETTERS, "origin"];

/** @param {import("./lib.js").Random} random */
function input(random) {
  const text =
    random.pick([...SCHEMES, "", ""]) +
    random.pick(["//", "//", "//", "/", "", "\\\\", "///"]) +
    random.pick(HOSTS) +
    random.pick(PORTS) +
    random.pick(TAILS) +
    random.pick(TAILS);
  return random.once(4) ? text : random.mutateText(text);
}

/** The components of a URL. @param {URL} url */
const components = (url) => GETTERS.map((name) => /** @type {any} */ (url)[name]);

/** What holds for every URL. @param {URL} url @param {...unknown} about */
function sound(url, ...about) {
  const { href } = url;
  same(`${url}`, href, "its text is its href", ...about);
  same(url.toJSON(), href, "its JSON is its href", ...about);

  check(!/[^\x20-\x7e]/.test(href), "an href is printable ASCII", href, ...about);
  const again = attempt([], () => new URL(href), href, ...about);
  same(components(/** @type {URL} */ (again)), components(url), "an href parses to the same URL", ...about);
  const host = url.hostname + (url.port && `:${url.port}`);
  same(url.host, host, "the host is the name and the port", href, ...about);
  const { username, password } = url;
  const credentials = username || password ? `${username}${password && `:${password}`}@` : "";
  const begins = [url.protocol + "//" + credentials + host, url.protocol, url.protocol + "/."];
  // An empty query or fragment shows in the href alone.
  const whole = begins.flatMap((begin) =>
    [url.search, url.search || "?"].flatMap((search) =>
      [url.hash, url.hash || "#"].map((hash) => begin + url.pathname + search + hash),
    ),
  );
  check(whole.includes(href), "the href is its components", href, components(url), ...about);
  same(`${new URLSearchParams(url.search)}`, `${url.searchParams}`, "searchParams are of search", href, ...about);
}

/** @param {URLSearchParams} params @param {...unknown} about */
function soundParams(params, ...about) {
  const text = `${params}`;
  check(/^[\w*.+%=&-]*$/.test(text), "it is percent-encoded", text, ...about);
  const again = new URLSearchParams(text);
  same([...again], [...params], "its text gives the same pairs", text, ...about);
  same(params.size, [...params].length, "its size", ...about);
  same([...new URLSearchParams([...params])], [...params], "pairs give the same pairs", ...about);
}

/** @param {import("./lib.js").Random} random @param {URLSearchParams} params */
function changeParams(random, params) {
  const name = random.pick([random.text(3), ...params.keys()]);
  const value = random.text(6);
  const change = random.below(4);
  if (change === 0) {
    params.append(name, value);
    same(params.getAll(name).at(-1), value.toWellFormed(), "append", name);
  } else if (change === 1) {
    params.set(name, value);
    same(params.getAll(name), [value.toWellFormed()], "set", name);
  } else if (change === 2) {
    params.delete(name);
    check(!params.has(name) && params.get(name) === null, "delete", name);
  } else {
    params.sort();
    const names = [...params.keys()];
    same(names, [...names].sort(), "sort goes by code units");
  }
}

export default target((random) => {
  const text = input(random);
  const base = random.once(3) ? input(random) : undefined;
  const url = attempt(["TypeError"], () => new URL(text, base), text, base);
  same(URL.canParse(text, base), url !== undefined, "canParse knows", text, base);
  same(URL.parse(text, base)?.href, url?.href, "parse is the constructor", text, base);
  if (url !== undefined) {
    sound(url, text, base);
    for (let left = random.below(4); left > 0; left--) {
      const name = random.pick(SETTERS);
      const before = url.href;
      const value = random.pick([
        random.text(4),
        random.pick(HOSTS),
        random.pick(TAILS),
        random.pick(PORTS),
        input(random),
      ]);
      attempt(name === "href" ? ["TypeError"] : [], () => /** @type {any} */ (url[name] = value), before, name, value);
      sound(url, before, name, value);
      if (random.once(3)) {
        changeParams(random, url.searchParams);
        sound(url, before, "searchParams");
      }
    }
  }
  const query = random.mutateText(random.pick(["a=b&c=d+e&%41=%zz", "?x", "", random.text(12)]));
  const params = new URLSearchParams(query);
  soundParams(params, query);
  changeParams(random, params);
  soundParams(params, query);
});
