import { Connection } from "./lib/connection.mjs";
import { ANSWER, fleet as deploy, hostOf, names } from "./lib/fleet.mjs";
import { startSelvedge } from "./lib/servers.mjs";
import { count, fixed, megabytes, quantile, table } from "./lib/table.mjs";

/** What instances may take together, in MB: the rest of the 4 GB is for the server and what goes while more comes. */
const MEMORY = 3000;

/** What the whole server may take. */
const BOUND = 4e9;

/**
 * Thousands of Workers in one server: each asked once, then in random order for a while, within 4 GB.
 *
 * @param {{selvedge: string, fleet: number, seconds: number}} options
 */
export async function fleet({ selvedge, fleet: size, seconds }) {
  const folder = await deploy(names(size));
  const begun = performance.now();
  const { server, url } = await startSelvedge(selvedge, folder, ["--memory", String(MEMORY)], size * 100 + 60_000);
  const start = (performance.now() - begun) / 1000;
  try {
    const { hostname: host, port } = new URL(url);
    const connection = await Connection.open({ host, port: Number(port) });
    const deployed = await server.settledResidentBytes();
    let peak = deployed;
    const watching = setInterval(() => (peak = Math.max(peak, server.residentBytes())), 500);
    const rows = [];
    const pass = async (name, work) => {
      const taken = await work();
      const resident = server.residentBytes();
      peak = Math.max(peak, resident);
      rows.push([
        name,
        count(taken.length),
        fixed(quantile(taken, 0.5)),
        fixed(quantile(taken, 0.99)),
        megabytes(resident),
      ]);
    };
    await pass("each once", async () => {
      const taken = [];
      for (const name of names(size)) taken.push(await connection.time(hostOf(name), ANSWER));
      return taken;
    });
    await pass("in random order", async () => {
      const taken = [];
      const until = performance.now() + seconds * 1000;
      while (performance.now() < until) {
        taken.push(await connection.time(hostOf(`w${Math.floor(Math.random() * size)}`), ANSWER));
      }
      return taken;
    });
    clearInterval(watching);
    connection.close();
    console.log(`\n${count(size)} Workers in one server, --memory ${MEMORY}\n`);
    console.log(table(["requests", "how many", "p50 ms", "p99 ms", "resident"], rows));
    console.log(
      `\nThe start took ${fixed(start, 1)} s, and ${megabytes(deployed)} resident; at most ${megabytes(peak)}`,
    );
    if (peak > BOUND) throw new Error(`${megabytes(peak)} are more than ${megabytes(BOUND)}`);
  } finally {
    await server.stop();
  }
}
