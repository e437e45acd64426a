// What the hostile Workers have in common. Not an attack.

const { Response: Answer, String: Text, URL: Address } = globalThis;

/**
 * A Worker that attacks in the way that the request's path names, and answers "alive" at `/`.
 * @param {Record<string, (request: Request, env: any, ctx: any) => unknown>} attacks
 */
export const guest = (attacks) => ({
  async fetch(request, env, ctx) {
    const name = new Address(request.url).pathname.slice(1);
    if (name === "") return new Answer("alive");
    const result = await attacks[name](request, env, ctx);
    return result instanceof Answer ? result : new Answer(Text(result));
  },
});

/**
 * Makes attempts, one after the other, and says whether each ended as it must.
 * @param {[expected: unknown, attempt: () => unknown][]} attempts with each the name of the error that it must throw,
 *   or else the value that must come back
 */
export async function judge(attempts) {
  const wrong = [];
  // By index: iterators may be what the guest has replaced.
  for (let i = 0; i < attempts.length; i++) {
    const expected = attempts[i][0];
    const attempt = attempts[i][1];
    let got;
    let stack = "";
    try {
      got = await attempt();
    } catch (error) {
      got = error?.name;
      stack = error?.stack;
    }
    if (!Object.is(got, expected))
      wrong[wrong.length] = `${attempt}: ${String(got)} in place of ${String(expected)} ${stack}`;
  }
  return wrong.length === 0 ? "as expected" : wrong.join("\n");
}
