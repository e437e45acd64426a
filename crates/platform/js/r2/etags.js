// Etags in If-Match and If-None-Match (RFC 9110, section 13.1), with hosted's words for what is none.

import { uncurryThis } from "selvedge:web/webidl.js";

const indexOf = uncurryThis(String.prototype.indexOf);
const slice = uncurryThis(String.prototype.slice);

/**
 * @param {string | null} header
 * @param {(kind: "strong" | "weak" | "any", value: string) => void} found
 */
export function etagsOfHeader(header, found) {
  if (header === null) return;
  let rest = header;
  let isFirst = true;
  for (;;) {
    let at = 0;
    let commas = 0;
    while (at < rest.length && (rest[at] === " " || rest[at] === "\t" || rest[at] === ",")) {
      if (rest[at] === ",") commas += 1;
      at += 1;
    }
    rest = slice(rest, at);
    if (indexOf(rest, '"') === -1 && indexOf(rest, "*") === -1) return;
    if (!isFirst && commas === 0) {
      throw new Error(`Comma was expected to separate etags. Encountered ${described(rest[0])} instead.`);
    }
    if (rest[0] === "*") {
      found("any", "");
      return;
    }
    const isWeak = rest[0] === "W";
    if (isWeak && slice(rest, 0, 3) !== 'W/"') {
      throw new Error("Weak etags must start with W/ and their value must be quoted");
    }
    const open = indexOf(rest, '"');
    const close = indexOf(rest, '"', open + 1);
    if (open === -1) throw new Error("Invalid conditional header");
    if (close === -1) throw new Error("Unclosed double quote for Etag");
    found(isWeak ? "weak" : "strong", slice(rest, open + 1, close));
    rest = slice(rest, close + 1);
    isFirst = false;
  }
}

/** @param {string} character */
function described(character) {
  if (character === "*") return "a wildcard character '*'";
  if (character === "W") return "a weak quotation character 'W'";
  return `a character '${character}'`;
}
