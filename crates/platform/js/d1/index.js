// D1 (https://developers.cloudflare.com/d1/worker-api/).

export { D1Database } from "./database.js";
export { D1DatabaseSession } from "./session.js";
export { D1PreparedStatement } from "./statement.js";
