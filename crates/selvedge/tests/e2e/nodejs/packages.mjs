// A Worker of npm packages that need Node's modules.

import async from "async";
import { parse } from "csv-parse";
import createDebug from "debug";
import iconv from "iconv-lite";
import { format } from "logform";
import { nanoid } from "nanoid";
import { parse as parsePostgres, serialize } from "pg-protocol";
import split from "split2";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LEVEL, MESSAGE } from "triple-beam";

const debug = createDebug("app:main");

export default {
  async fetch(request, env) {
    const body = request.body ? Readable.fromWeb(request.body) : Readable.from(["a,b\n1,2\n", "3,4\n"]);
    const rows = [];
    await pipeline(body, parse({ columns: true }), async (records) => {
      for await (const record of records) rows.push(record);
    });
    const lines = (await Readable.from(["one\ntw", "o\nthree"]).pipe(split()).toArray()).map((line) =>
      line.toUpperCase(),
    );
    const order = [];
    await new Promise((resolve, reject) =>
      async.mapLimit(
        [3, 2, 1],
        2,
        (n, done) =>
          setTimeout(() => {
            order.push(n);
            done(null, n * n);
          }, n),
        (error, result) => (error ? reject(error) : resolve(order.push(result))),
      ),
    );
    const messages = [];
    const packet = serialize.query("SELECT 1");
    const ready = Buffer.concat([Buffer.from([0x5a, 0, 0, 0, 5, 0x49])]);
    await parsePostgres(Readable.from([ready]), (message) => messages.push(message));
    debug("rows %o", rows.length);
    const info = format
      .combine(format.splat(), format.simple())
      .transform({
        level: "info",
        [LEVEL]: "info",
        message: "hi %s",
        splat: ["there"],
        [Symbol.for("splat")]: ["there"],
      });
    return Response.json({
      rows,
      lines,
      order,
      query: packet.toString("hex"),
      messages,
      latin: iconv.decode(iconv.encode("gr\u00fc\u00df \u20ac", "win1252"), "win1252"),
      utf16: iconv.encode("hi", "utf16").toString("hex"),
      id: nanoid().length,
      log: info[MESSAGE],
    });
  },
};
