// Attacks: the start: a global scope that does not end.
// Becomes: the start is ended by its own limit, for each event anew; the server and the other Workers start.
// Expect /: 503 error 1102, log Script startup exceeded
// Expect /again: 503 error 1102, log Script startup exceeded
for (;;);

export default { fetch: () => new Response("never") };
