//# allFunctionsCalledOnLoad
// The base classes that `cloudflare:workers` exports
// (https://developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings/rpc/).

/** What named and class entrypoints extend. */
export class WorkerEntrypoint {
  /** @type {import("./context.js").ExecutionContext} */ ctx;
  /** @type {any} */ env;

  /**
   * @param {import("./context.js").ExecutionContext} ctx
   * @param {any} env
   */
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** What Durable Objects extend. Their bindings are refused when a Worker starts, until their service is there. */
export class DurableObject {
  /** @type {any} */ ctx;
  /** @type {any} */ env;

  /**
   * @param {any} ctx
   * @param {any} env
   */
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** What workflows extend; as DurableObject, for the import's sake. */
export class WorkflowEntrypoint {
  /** @type {any} */ ctx;
  /** @type {any} */ env;

  /**
   * @param {any} ctx
   * @param {any} env
   */
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** What is passed by reference in remote calls. */
export class RpcTarget {}
