// tls.TLSSocket (https://nodejs.org/api/tls.html#class-tlstlssocket): a net.Socket that starts TLS as soon as it is
// connected, or on the connection of another one. The certificate is always checked, against the server's roots.

import { queueTask } from "selvedge:web/streams/promises.js";
import { methodNotImplemented, optionNotImplemented } from "../net/errors.js";
import { isIP } from "../net/ip.js";
import { Socket, kConnected, kTakeConnection, kUsable, kUseConnection } from "../net/socket.js";

/** What would change whom a connection trusts, or as whom it speaks: refused, never ignored. */
const REFUSED = ["ca", "cert", "crl", "key", "pfx", "pskCallback", "checkServerIdentity", "requestCert", "isServer"];

/** @param {any} options */
export function checkTlsOptions(options) {
  for (const name of REFUSED) {
    const value = options[name];
    if (value !== undefined && value !== null && value !== false) throw optionNotImplemented(`options.${name}`);
  }
  if (options.rejectUnauthorized !== undefined && !options.rejectUnauthorized) {
    throw optionNotImplemented("options.rejectUnauthorized = false");
  }
  if (options.ALPNProtocols?.length > 0) throw optionNotImplemented("options.ALPNProtocols");
}

/** https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions */
export class SecureContext {
  /** @param {any} options */
  constructor(options) {
    checkTlsOptions(options);
    this.context = Object.freeze({});
  }
}

export class TLSSocket extends Socket {
  encrypted = true;
  authorized = false;
  /** @type {any} */ authorizationError = null;
  alpnProtocol = false;
  /** @type {string} */ servername = "";
  /** @type {any} the connection before TLS */ #plain = null;
  /** @type {any} the socket that it was taken from */ #below = null;

  /**
   * @param {any} [socket] a net.Socket whose connection is taken over
   * @param {any} [options]
   */
  constructor(socket = undefined, options = {}) {
    checkTlsOptions(options);
    super({ allowHalfOpen: options.allowHalfOpen, highWaterMark: options.highWaterMark, signal: options.signal });
    this.servername = options.servername ?? "";
    if (socket === undefined || socket === null) return;
    if (!(socket instanceof Socket)) throw optionNotImplemented("options.socket that is no net.Socket");
    this.#below = socket;
    this.servername ||= options.host ?? socket.remoteAddress ?? "";
    this.connecting = socket.connecting;
    this.once("close", () => socket.destroy());
    socket.once("close", () => this.destroy());
    socket.on("error", (/** @type {any} */ error) => this.destroy(error));
    if (socket.connecting) socket.once("connect", () => this.#takeOver());
    else queueTask(() => this.#takeOver());
  }

  #takeOver() {
    if (this.destroyed) return;
    try {
      this.#secure(this.#below[kTakeConnection]());
    } catch (error) {
      this.destroy(error);
    }
  }

  /**
   * @param {any} connection
   * @param {(info: any) => void} onOpened
   */
  [kUseConnection](connection, onOpened) {
    this.#plain = connection;
    super[kUseConnection](connection, onOpened);
  }

  [kConnected]() {
    const plain = this.#plain;
    this.emit("connect");
    if (!this.destroyed) this.#secure(plain);
  }

  /** @param {any} plain */
  #secure(plain) {
    this.connecting = false;
    const name = this.servername;
    const secured = plain.startTls(name === "" ? undefined : { expectedServerHostname: name });
    super[kUseConnection](secured, () => {
      this.authorized = true;
      this.emit("secure");
      this.emit("secureConnect");
      this.emit("ready");
      this[kUsable]();
    });
  }

  /** @param {any[]} args */
  connect(...args) {
    const [options] = args;
    if (this.servername === "" && typeof options?.host === "string" && isIP(options.host) === 0) {
      this.servername = options.host;
    }
    return super.connect(...args);
  }

  get remoteAddress() {
    return this.#below === null ? super.remoteAddress : this.#below.remoteAddress;
  }

  get remotePort() {
    return this.#below === null ? super.remotePort : this.#below.remotePort;
  }

  getProtocol() {
    return null;
  }

  isSessionReused() {
    return false;
  }

  getSession() {
    return undefined;
  }

  disableRenegotiation() {}

  enableTrace() {}

  /** @param {any} _size */
  setMaxSendFragment(_size) {
    return true;
  }

  setServername() {
    throw methodNotImplemented("tls.TLSSocket.setServername");
  }

  getPeerCertificate() {
    throw methodNotImplemented("tls.TLSSocket.getPeerCertificate");
  }

  getCipher() {
    throw methodNotImplemented("tls.TLSSocket.getCipher");
  }

  renegotiate() {
    throw methodNotImplemented("tls.TLSSocket.renegotiate");
  }

  exportKeyingMaterial() {
    throw methodNotImplemented("tls.TLSSocket.exportKeyingMaterial");
  }
}
