import { ANSWER, SCRIPT, WARM_UP, fleet, hostOf, names } from "./lib/fleet.mjs";
import { Connection } from "./lib/connection.mjs";
import { startSelvedge, startWorkerd } from "./lib/servers.mjs";
import { megabytes, table, times } from "./lib/table.mjs";

const WORKERS = 200;

/** After how long all are at rest, in milliseconds: they are put to rest after ten seconds, some at a time. */
const REST = 45_000;

/**
 * How much resident memory one more idle Worker takes, after one request each, and at rest.
 *
 * @param {{selvedge: string, workers?: number}} given
 */
export async function memory(given) {
  const options = { ...given, workers: given.workers ?? WORKERS };
  const measured = { selvedge: await ours(options), workerd: await workerd(options) };
  console.log(`\nResident memory of one more idle Worker, over ${options.workers} Workers\n`);
  console.log(
    table(
      ["server", "one Worker", "all of them", "each", "against selvedge", "each at rest", "against selvedge"],
      Object.entries(measured).map(([name, { one, all, rest }]) => [
        name,
        megabytes(one),
        megabytes(all),
        megabytes((all - one) / options.workers, 2),
        times((all - one) / (measured.selvedge.all - measured.selvedge.one)),
        megabytes((rest - one) / options.workers, 2),
        times((rest - one) / (measured.selvedge.rest - measured.selvedge.one)),
      ]),
    ),
  );
}

/** @param {{selvedge: string, workers: number}} options */
async function ours({ selvedge, workers }) {
  const folder = await fleet([WARM_UP, ...names(workers)]);
  const { server, url } = await startSelvedge(selvedge, folder);
  try {
    const { hostname: host, port } = new URL(url);
    const connection = await Connection.open({ host, port: Number(port) });
    await connection.time(hostOf(WARM_UP), ANSWER);
    const one = await server.settledResidentBytes();
    for (const name of names(workers)) await connection.time(hostOf(name), ANSWER);
    const all = await server.settledResidentBytes();
    connection.close();
    return { one, all, rest: await atRest(server) };
  } finally {
    await server.stop();
  }
}

/** workerd makes every isolate when it starts: it is measured with one Worker, then with all of them. */
async function workerd({ workers }) {
  const resident = async (count, then = async (_server) => undefined) => {
    const { server, sockets } = await startWorkerd(names(count), SCRIPT);
    try {
      for (const [index, path] of sockets.entries()) {
        const connection = await Connection.open({ path });
        await connection.time(hostOf(`w${index}`), ANSWER);
        connection.close();
      }
      return [await server.settledResidentBytes(), await then(server)];
    } finally {
      await server.stop();
    }
  };
  const [one] = await resident(1);
  const [all, rest] = await resident(workers + 1, atRest);
  return { one, all, rest };
}

/** @param {import("./lib/process.mjs").Process} server */
async function atRest(server) {
  await new Promise((resolve) => setTimeout(resolve, REST));
  return server.settledResidentBytes();
}
