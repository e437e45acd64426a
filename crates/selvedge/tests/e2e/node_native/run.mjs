// What a script shows, as text: the same in Node.js and in a Worker.

/** @param {any} _key @param {any} value */
function plain(_key, value) {
  if (value === undefined) return "undefined";
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${hex(new Uint8Array(value))}`;
  if (value && value.type === "Buffer" && Array.isArray(value.data)) return `Buffer ${hex(value.data)}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} ${hex(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))}`;
  if (typeof value === "function") return `function ${value.name}`;
  return value;
}

/** @param {Iterable<number>} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {any} error */
const failure = (error) => `! ${error?.name} ${error?.code} ${error?.message}`;

/** @param {(show: any) => unknown} script */
export async function run(script) {
  /** @type {string[]} */
  const lines = [];
  const show = (/** @type {any[]} */ ...values) => void lines.push(JSON.stringify(values, plain));
  show.error = (/** @type {() => unknown} */ body) => {
    try {
      show("returned", body());
    } catch (error) {
      lines.push(failure(error));
    }
  };
  /** Only the code: where the words are OpenSSL's. */
  show.code = (/** @type {() => unknown} */ body) => {
    try {
      show("returned", body());
    } catch (error) {
      lines.push(`! ${error?.name} ${error?.code}`);
    }
  };
  show.reject = async (/** @type {Promise<unknown>} */ promise) => {
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
