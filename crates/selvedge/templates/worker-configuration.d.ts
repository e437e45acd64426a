/** What the wrangler file and .dev.vars put on `env`: one property for each binding. */
interface Env {}
