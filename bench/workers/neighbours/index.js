/** Buffers and objects in turn, so that both limits are met. */
function explode(buffers) {
  const kept = [];
  for (;;) kept.push(buffers ? new Uint8Array(1 << 20).fill(1) : new Array(1 << 17).fill(kept));
}

let bombs = 0;

export default {
  fetch({ url }) {
    if (url.startsWith("http://spin")) for (;;);
    if (url.startsWith("http://bomb")) explode(url.endsWith("/buffers") || bombs++ % 2 === 1);
    return new Response("Hello World");
  },
};
