// Forms as bodies: written, read back, and read after damage (https://xhr.spec.whatwg.org/#interface-formdata).

import { attempt, attemptAsync, check, same, target } from "./lib.js";

const encoder = new TextEncoder();

const TYPES = ["", "text/plain", "image/png", "text/plain;charset=utf-8"];

/** @param {import("./lib.js").Random} random */
function someForm(random) {
  const form = new FormData();
  for (let left = random.below(5); left > 0; left--) {
    const name = random.pick(["a", "", random.text(4)]);
    if (random.once(2)) form.append(name, random.text(8));
    else
      form.append(
        name,
        new Blob([random.bytes(40)], { type: random.pick(TYPES) }),
        random.pick(["f.txt", random.text(4)]),
      );
  }
  return form;
}

/** What a form holds, to be compared. @param {FormData} form */
async function contents(form) {
  const list = [];
  for (const [name, value] of form) {
    if (typeof value === "string") list.push([name, value]);
    else list.push([name, value.name, new Uint8Array(await value.arrayBuffer())]);
  }
  return list;
}

/** The lines of a body, in any of the forms that parsers meet. @param {import("./lib.js").Random} random */
function handmade(random) {
  const disposition = random.pick([
    'form-data; name="a"',
    "form-data; name=a",
    'form-data; name="a"; filename="b"',
    "form-data; name=\"a\"; filename*=UTF-8''%e2%82%ac",
    'form-data; filename="b"',
    "attachment",
    'form-data; name="a\\"b"; name="c"',
  ]);
  const headers = random.list(3, () =>
    random.pick([`Content-Disposition: ${disposition}`, "content-type: text/plain", "x: y", "no colon", ": z", ""]),
  );
  const part = () => [random.pick(["--b", "--b", "--c", "--b--", "b"]), ...headers, "", random.text(5)];
  return random
    .list(3, part)
    .flat()
    .concat(random.pick(["--b--", "--b", ""]))
    .join(random.pick(["\r\n", "\r\n", "\n"]));
}

/** @param {import("./lib.js").Random} random @param {Uint8Array<ArrayBuffer>} bytes @param {string} type */
async function read(random, bytes, type) {
  const make = random.once(2)
    ? () => new Response(bytes, { headers: { "content-type": type } })
    : () => new Request("http://a.test/", { method: "POST", body: bytes, headers: { "content-type": type } });
  const form = await attemptAsync(["TypeError"], () => make().formData(), bytes, type);
  if (form === undefined) return;
  check(form instanceof FormData, "it is a form", type);
  const found = await contents(form);
  for (const [name] of found) check(typeof name === "string" && name.isWellFormed(), "names are whole", name);
  const written = attempt(["TypeError"], () => new Response(form), found);
  if (written === undefined) return;
  const again = await attemptAsync(["TypeError"], () => written.formData(), found);
  if (again !== undefined) same([...again].length, found.length, "as many fields again", found);
}

/** A header value with nothing in it that no header may hold. @param {string} text */

const asHeader = (text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "");

/** A name as it stands in the body, where it stays as it is: as hosted. @param {string} name */
const escapedName = (name) => name.replace(/["\r\n]/g, (one) => encodeURIComponent(one));

/** Line ends of a field's name and of its text become CRLF. @param {string} text */
const withLineEnds = (text) => text.replace(/\r\n|\r|\n/g, "\r\n");

/** What comes back of an entry. @param {unknown[]} entry name, a file's name, content */
function returned(entry) {
  const [name, ...rest] = /** @type {any[]} */ (entry);
  const own = escapedName(withLineEnds(name));
  return rest.length === 1 ? [own, withLineEnds(rest[0])] : [own, escapedName(rest[0]), rest[1]];
}

export default target(async (random) => {
  const form = someForm(random);
  const before = await contents(form);
  const names = before.flatMap((entry) => entry.slice(0, entry.length - 1));
  const written = attempt(["TypeError"], () => new Response(form), names);
  // As hosted: such a name could not be told from one that goes on after a quote.
  same(
    written === undefined,
    names.some((name) => name.endsWith("\\")),
    "a name that ends with a backslash",
    names,
  );
  if (written === undefined) return;
  const type = /** @type {string} */ (written.headers.get("content-type"));
  const bytes = new Uint8Array(await written.arrayBuffer());
  const make = () => new Response(bytes, { headers: { "content-type": type } }).formData();
  // eslint-disable-next-line no-control-regex
  const back = await attemptAsync(names.some((name) => /[\0-\x1f\x7f]/.test(name)) ? ["TypeError"] : [], make, names);
  if (back !== undefined) same(await contents(back), before.map(returned), "a form comes back as it was", before);

  await read(random, random.mutateBytes(bytes), random.once(4) ? asHeader(random.mutateText(type)) : type);
  const text = handmade(random);
  const boundary = random.pick(["b", '"b"', "c", "", '"', random.text(3)]);
  await read(random, encoder.encode(text), asHeader(`multipart/form-data; boundary=${boundary}`));
  const urlencoded = random.pick(["application/x-www-form-urlencoded", "text/plain", "", asHeader(random.text(6))]);
  await read(random, encoder.encode(random.text(12)), urlencoded);
});
