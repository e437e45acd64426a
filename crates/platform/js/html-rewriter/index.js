// HTMLRewriter's place on the global object.

import { HTMLRewriter } from "./html-rewriter.js";

const { defineProperty } = Object;

/**
 * @param {object} global
 */
export function installHtmlRewriter(global) {
  defineProperty(global, "HTMLRewriter", {
    value: HTMLRewriter,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
