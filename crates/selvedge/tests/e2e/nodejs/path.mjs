import path, { posix, win32, join, resolve } from "node:path";
import posixModule from "node:path/posix";
import win32Module from "node:path/win32";
import querystring from "node:querystring";
import url from "node:url";
import punycode from "node:punycode";

export default (show) => {
  show(
    path === posix,
    path.posix === posixModule,
    path.win32 === win32Module,
    path.sep,
    path.delimiter,
    join("/a", "../b", "./c", "", "d/.."),
    resolve("/a/b", "../c", "d"),
  );
  for (const p of [posix, win32]) {
    for (const text of [
      "/a/b/c.txt",
      "a/b/",
      "/",
      "",
      ".",
      "..",
      "a.b.c",
      ".hidden",
      "/a//b/../c/./d",
      "C:\\x\\y.js",
      "\\\\server\\share\\f",
      "C:rel",
      "../../x",
      "a\\b/c",
      "file.",
      "/a/b/.x.y",
    ]) {
      show(
        text,
        p.basename(text),
        p.dirname(text),
        p.extname(text),
        p.normalize(text),
        p.isAbsolute(text),
        p.parse(text),
        p.join(text, "..", "z"),
      );
    }
    show(
      p.basename("/a/b.html", ".html"),
      p.basename("b.html", "b.html"),
      p.format({ dir: "/d", base: "b" }),
      p.format({ root: "/", name: "n", ext: ".e" }),
      p.format({ name: "n", ext: "e" }),
      p.relative("/a/b/c", "/a/d"),
      p.relative("/a", "/a"),
      p.relative("C:\\a\\b", "C:\\c"),
      p.toNamespacedPath("/x/y"),
      p.toNamespacedPath("C:\\a"),
      p.join(),
      p.resolve("/x", "/y", "z"),
    );
  }
  show.error(() => path.join(5));
  show.error(() => path.basename(null));
  show.error(() => path.parse({}));
  show.error(() => path.format("x"));

  for (const text of [
    "a=1&b=2&a=3",
    "a&b=&=c",
    "a=%20+%zz",
    "\u00e9=%E2%82%AC",
    "a[]=1&a[]=2",
    "",
    "x=1;y=2",
    "__proto__=1",
  ])
    show({ ...querystring.parse(text) });
  show(
    { ...querystring.parse("a:1;b:2", ";", ":") },
    { ...querystring.parse("a=1&b=2&c=3", null, null, { maxKeys: 2 }) },
    querystring.stringify({ a: [1, 2], b: "x y", c: true, d: null, e: undefined, f: 5n, g: "\u20ac", h: NaN }),
    querystring.stringify({ a: 1, b: 2 }, ";", ":"),
    querystring.escape("a b&\u00e9"),
    querystring.unescape("%41%zz"),
    querystring.stringify("x"),
  );

  for (const text of [
    "http://user:pass@sub.example.com:8080/p/a/t/h?query=string#hash",
    "//host/path",
    "/p?q=1#h",
    "mailto:a@b.c",
    "javascript:alert(1)",
    "http://x.com",
    "x.com/y",
    "HTTP://EXAMPLE.com/A B",
    "http://a.com\\b",
    "http://\u00fcber.de/x",
    "?q",
    "#h",
    "",
  ])
    show(text, { ...url.parse(text) }, url.format(url.parse(text)), { ...url.parse(text, true).query });
  show(
    url.resolve("/one/two/three", "four"),
    url.resolve("http://example.com/", "/one"),
    url.resolve("http://example.com/one", "/two"),
    url.resolve("http://a.com/b/c/d", "../e?x#y"),
    url.resolve("http://a.com/b", "//c.com/d"),
    { ...url.parse("//h/p", false, true) },
  );
  show(
    url.format({
      protocol: "https",
      hostname: "e.com",
      port: 8,
      pathname: "/x y",
      query: { a: [1, 2], b: "c" },
      hash: "h",
    }),
    url.format(new URL("http://u:p@\u00fc.com/a?b#c"), { fragment: false, unicode: true, auth: false, search: false }),
  );
  show(
    url.fileURLToPath("file:///a/b%20c"),
    url.pathToFileURL("/a b#c?d%").href,
    url.domainToASCII("espa\u00f1ol.com"),
    url.domainToUnicode("xn--espaol-zwa.com"),
    url.urlToHttpOptions(new URL("https://a:b@c.com:8/d?e=f#g")),
    url.URL === URL,
    url.URLSearchParams === URLSearchParams,
  );
  show.error(() => url.parse(5));
  show.error(() => url.fileURLToPath("http://x"));
  show.error(() => url.fileURLToPath("file:///a%2Fb"));
  show.error(() => url.parse("http://a b.com:x/"));
  show(
    punycode.encode("ma\u00f1ana"),
    punycode.decode("maana-pta"),
    punycode.toASCII("ma\u00f1ana.com"),
    punycode.toUnicode("xn--maana-pta.com"),
    punycode.ucs2.decode("\u{1f600}a"),
    punycode.ucs2.encode([0x1f600]),
  );
};
