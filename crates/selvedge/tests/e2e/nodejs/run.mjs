// What a script shows, as text: the same here and in a Worker.

import { inspect } from "node:util";

/** @param {(show: any) => unknown} script */
export async function run(script) {
  const lines = [];
  const text = (value) =>
    typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 6, breakLength: 100 });
  const failure = (error) => `! ${error?.name} ${error?.code} ${error?.message}`;
  const show = (...values) => void lines.push(values.map(text).join(" | "));
  show.error = (body) => {
    try {
      show("returned", body());
    } catch (error) {
      lines.push(failure(error));
    }
  };
  show.reject = async (promise) => {
    try {
      show("resolved", await promise);
    } catch (error) {
      lines.push(failure(error));
    }
  };
  try {
    await script(show);
  } catch (error) {
    lines.push(`FAILED ${error?.stack ?? error}`);
  }
  return `${lines.join("\n")}\n`;
}
