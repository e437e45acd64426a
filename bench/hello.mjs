import { HELLO_SERVERS } from "./lib/servers.mjs";
import { count, fixed, median, megabytes, table, times } from "./lib/table.mjs";
import { load } from "./lib/wrk.mjs";

const EXPECTED = "Hello World";

/**
 * Hello world over HTTP/1.1 keep-alive connections. Every server runs alone; the rounds go through all servers
 * in turn, so that a slow minute of the machine meets each of them, and the median round is printed.
 *
 * @param {{selvedge: string, hyper: string, seconds: number, connections: number, rounds: number, only?: string[]}} options
 */
export async function hello(options) {
  const names = Object.keys(HELLO_SERVERS).filter((name) => options.only?.includes(name) ?? true);
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of names) {
      const result = await measure(name, options);
      rounds[name].push(result);
      console.error(`round ${round}: ${name}: ${count(result.perCpuSecond)} requests per CPU-second`);
    }
  }
  const results = names.map((name) => ({ name, ...middle(rounds[name]) }));
  const ours = results.find(({ name }) => name === "selvedge");
  const ratio = (result) => (ours ? times(ours.perCpuSecond / result.perCpuSecond) : "-");
  console.log(`\nHello world, HTTP/1.1, ${options.connections} keep-alive connections, ${options.seconds} s\n`);
  console.log(
    table(
      ["server", "requests/CPU-s", "requests/s", "p50 ms", "p99 ms", "RSS", "selvedge is"],
      results.map((result) => [
        result.name,
        count(result.perCpuSecond),
        count(result.perSecond),
        fixed(result.p50),
        fixed(result.p99),
        megabytes(result.resident),
        ratio(result),
      ]),
    ),
  );
}

/** @param {string} name @param {Parameters<typeof hello>[0]} options */
async function measure(name, options) {
  const { server, url } = await HELLO_SERVERS[name](options);
  try {
    const body = await fetch(url).then((response) => response.text());
    if (body !== EXPECTED) throw new Error(`${name} answers ${JSON.stringify(body)}`);
    await load(url, { ...options, seconds: Math.max(2, Math.ceil(options.seconds / 3)) });
    const before = server.cpuSeconds();
    const { requests, seconds, p50, p99 } = await load(url, options);
    const cpu = server.cpuSeconds() - before;
    return {
      perCpuSecond: requests / cpu,
      perSecond: requests / seconds,
      p50,
      p99,
      resident: server.residentBytes(),
    };
  } finally {
    await server.stop();
  }
}

/** Each figure's median over the rounds. */
function middle(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]));
}
