// The rules for the JavaScript inside the binary (crates/*/js), its tests (tests/wpt/js too) and the repository's tools.

import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-shadow-restricted-names": "error",
      // How many parameters a function has shows in its `length`, which the standards fix: some are never read.
      "no-unused-vars": ["error", { args: "none" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    // No globals but the language's own: what a guest sees as a global (fetch, Response, setTimeout, console) it may
    // also replace, so our own files import it from each other. `no-undef` says so.
    files: ["crates/*/js/**/*.js", "tests/wpt/js/**/*.js"],
    languageOptions: { globals: {} },
    rules: {
      "no-eval": "error",
      "no-new-func": "error",
      // A turn's time does not move, and there is neither time nor randomness at global scope: ask the engine.
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Use op_now: the time of this turn." },
        { object: "Math", property: "random", message: "Use crypto/random.js." },
      ],
    },
  },
  {
    // Workers.
    files: ["crates/platform/tests/platform/fuzz/*.js", "tests/hostile/**/*.js"],
    languageOptions: { globals: globals.serviceworker },
  },
  {
    // Hostile ones: what nobody should write is what they are for.
    files: ["tests/hostile/**/*.js"],
    languageOptions: {
      globals: {
        HTMLRewriter: "readonly",
        ShadowRealm: "readonly",
        Temporal: "readonly",
        WebSocketPair: "readonly",
        FixedLengthStream: "readonly",
        Worker: "readonly",
        process: "readonly",
        setImmediate: "readonly",
      },
    },
    rules: {
      "no-control-regex": "off",
      "no-global-assign": "off",
      "no-unreachable": "off",
      "no-unsafe-finally": "off",
      "no-unused-vars": "off",
      "preserve-caught-error": "off",
      "require-yield": "off",
    },
  },
  {
    files: ["crates/*/tests/**/*.mjs", "crates/{node,platform}/*.mjs", "tools/*.mjs"],
    languageOptions: { globals: globals.node },
  },
];
