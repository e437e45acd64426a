// What may be a name in a page. The texts are those of hosted's parser, lol_html.

import { op_html_rewriter_encodes } from "selvedge:ops";
import { charCodeAt, uncurryThis } from "selvedge:web/webidl/intrinsics.js";

const includes = uncurryThis(String.prototype.includes);
const startsWith = uncurryThis(String.prototype.startsWith);
const fromCharCode = String.fromCharCode;

/**
 * @param {string} message
 * @returns {TypeError}
 */
export function parserError(message) {
  return new TypeError(`Parser error: ${message}`);
}

/**
 * In lower case, as names are compared: ASCII only.
 * @param {string} name
 */
export function lowerCase(name) {
  for (let index = 0; index < name.length; index++) {
    const code = charCodeAt(name, index);
    if (code >= 0x41 && code <= 0x5a) return lowered(name);
  }
  return name;
}

/** @param {string} name */
function lowered(name) {
  let result = "";
  for (let index = 0; index < name.length; index++) {
    const code = charCodeAt(name, index);
    result += code >= 0x41 && code <= 0x5a ? fromCharCode(code + 32) : name[index];
  }
  return result;
}

/**
 * White space, `/` and `>` end a name.
 * @param {number} code
 */
function endsName(code) {
  return (
    code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0x0c || code === 0x2f || code === 0x3e
  );
}

/**
 * @param {import("./rewriting.js").Rewriting} rewriting
 * @param {string} text
 * @param {string} what
 */
function checkEncodes(rewriting, text, what) {
  if (rewriting.isUtf8 || op_html_rewriter_encodes(rewriting.id, text)) return;
  throw parserError(`${what} contains a character that can't be represented in the document's character encoding.`);
}

/**
 * @param {import("./rewriting.js").Rewriting} rewriting
 * @param {string} name
 */
export function checkTagName(rewriting, name) {
  if (name === "") throw parserError("Tag name can't be empty.");
  const first = charCodeAt(name, 0) | 0x20;
  if (first < 0x61 || first > 0x7a) {
    throw parserError("The first character of the tag name should be an ASCII alphabetical character.");
  }
  for (let index = 0; index < name.length; index++) {
    if (endsName(charCodeAt(name, index))) {
      throw parserError(`\`${name[index]}\` character is forbidden in the tag name`);
    }
  }
  checkEncodes(rewriting, name, "The tag name");
}

/**
 * @param {import("./rewriting.js").Rewriting} rewriting
 * @param {string} name
 */
export function checkAttributeName(rewriting, name) {
  if (name === "") throw parserError("Attribute name can't be empty.");
  for (let index = 0; index < name.length; index++) {
    const code = charCodeAt(name, index);
    if (endsName(code) || code === 0x3d) {
      throw parserError(`\`${name[index]}\` character is forbidden in the attribute name`);
    }
  }
  checkEncodes(rewriting, name, "The attribute name");
}

/**
 * @param {import("./rewriting.js").Rewriting} rewriting
 * @param {string} text
 */
export function checkCommentText(rewriting, text) {
  if (includes(text, "-->") || includes(text, "--!>") || startsWith(text, ">") || startsWith(text, "->")) {
    throw parserError("Comment text shouldn't contain a comment-closing sequence.");
  }
  checkEncodes(rewriting, text, "Comment text");
}
