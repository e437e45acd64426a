// Attacks: the start: a global scope that wants more memory than there is.
// Becomes: the start is ended, for each event anew; the server and the other Workers start.
// Expect /: 503 error 1102, log Script startup exceeded
const keep = [];
for (let i = 0; ; i++) keep.push(new Array(10000).fill(i + 0.5));

export default { fetch: () => new Response(String(keep.length)) };
