// Attacks: the network behind the server: loopback, private, link-local addresses and the cloud's metadata, in every
// spelling that a URL parser or a resolver takes.
// Becomes: a TypeError that names the address; no connection is made.
// Config: {"limits": {"cpu_ms": 3000}}
// Expect /spelled: 200 as expected
// Expect /names: 200 as expected
// Expect /overridden: 200 as expected
// Expect /sockets: 200 as expected
// Expect /webSockets: 200 as expected
// Expect /schemes: 200 as expected
import { connect } from "cloudflare:sockets";
import { guest, judge } from "./common/guest.js";

const hosts = [
  "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.",
  "0", "0.0.0.0", "0x0", "00000", "10.0.0.1", "10.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.257",
  "169.254.169.254", "0xa9fea9fe", "2852039166", "100.64.0.1", "198.18.0.1", "192.0.0.1", "224.0.0.1", "255.255.255.255",
  "240.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]", "[fe80::1]",
  "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]",
  "[::ffff:0:127.0.0.1]", "[::ffff:169.254.169.254]", "\u2460\u2461\u2466.0.0.1", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
]; // prettier-ignore
const refused = async (attempt) => {
  try {
    await attempt();
    return "done";
  } catch (error) {
    // A name that cannot be looked up leads nowhere.
    const { message } = error;
    const tried = /refused|Could not connect|timed out/i.test(message) && !/failed to lookup/.test(message);
    return tried ? `tried: ${message}` : "refused";
  }
};
const all = (attempts) =>
  judge(attempts.map(([text, attempt]) => [`${text} refused`, async () => `${text} ${await refused(attempt)}`]));

export default guest({
  spelled: (request, env) => {
    const { port } = new URL(env.ORIGIN);
    return all(hosts.map((host) => [host, () => fetch(`http://${host}:${port}/`)]));
  },
  names: (request, env) => {
    const { port } = new URL(env.ORIGIN);
    return all(
      [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "user@localhost",
        "evil.test@localhost",
        "%6c%6fcalhost",
      ].map((name) => [name, () => fetch(`http://${name}:${port}/`)]),
    );
  },
  overridden: (request, env) => {
    const { port } = new URL(env.ORIGIN);
    return all(
      ["localhost", "127.0.0.1", "[::1]", "2130706433", "localhost."].map((resolveOverride) => [
        resolveOverride,
        () => fetch(`http://example.test:${port}/`, { cf: { resolveOverride } }),
      ]),
    );
  },
  sockets: (request, env) => {
    const port = Number(new URL(env.ORIGIN).port);
    const opened = async (address) => {
      const socket = connect(address);
      await socket.opened;
    };
    return all([
      ...hosts.map((hostname) => [hostname, () => opened({ hostname, port })]),
      ["localhost", () => opened(`localhost:${port}`)],
      ["url", () => opened(`tcp://127.0.0.1:${port}`)],
      ["brackets", () => opened(`[::1]:${port}`)],
      ["smtp", () => opened({ hostname: "127.0.0.1", port: 25 })],
      ["zero", () => opened({ hostname: "127.0.0.1", port: 0 })],
      ["over", () => opened({ hostname: "127.0.0.1", port: 65536 + port })],
      ["negative", () => opened({ hostname: "127.0.0.1", port: -1 })],
      ["nul", () => opened({ hostname: "127.0.0.1\0.example.com", port })],
      ["lines", () => opened({ hostname: "127.0.0.1\r\nx", port })],
    ]);
  },
  webSockets: (request, env) => {
    const { port } = new URL(env.ORIGIN);
    const opened = (host) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${host}:${port}/`);
        socket.addEventListener("open", resolve);
        socket.addEventListener("error", (event) => reject(event.error ?? new Error(event.message)));
        socket.addEventListener("close", () => reject(new Error("closed")));
      });
    return all([
      ...["127.0.0.1", "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"].map((host) => [
        host,
        () => opened(host),
      ]),
      ["upgrade", () => fetch(`http://127.0.0.1:${port}/`, { headers: { upgrade: "websocket" } })],
      [
        "events",
        () =>
          new Promise((resolve, reject) => {
            const source = new EventSource(`http://127.0.0.1:${port}/`);
            source.onopen = resolve;
            source.onerror = () => {
              source.close();
              reject(new Error("error"));
            };
          }),
      ],
    ]);
  },
  schemes: () =>
    all(
      [
        "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "blob:https://a.test/x",
        "javascript:1", "about:blank", "http:///", "http://a b/", "http://a:99999/", "unix:/var/run/docker.sock", "//a", "",
        "http://[::1", "http://%00/", "http://a%2fb/", "selvedge://x", "ws://127.0.0.1/",
      ].map((url) => [url, () => fetch(url)]),
    ), // prettier-ignore
});
