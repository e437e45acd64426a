// Attacks: the start: a global scope that waits for what cannot come.
// Becomes: the start fails with its reason.
// Expect /: 500 error 1101
await new Promise(() => {});

export default { fetch: () => new Response("never") };
