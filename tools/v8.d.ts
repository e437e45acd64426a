// What V8 has beyond ECMAScript and our own files use.

interface ErrorConstructor {
  /** https://v8.dev/docs/stack-trace-api */
  captureStackTrace(target: object, until?: Function): void;
}
